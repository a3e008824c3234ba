import type { FastifyReply } from 'fastify';
import type { RouteOptions } from './route-config.js';

/** Nothing may be loaded or framed: what an API answer needs. */
export const API_CONTENT_POLICY =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Swagger UI: its own scripts, its inline styles and its icons as data. */
export const DOCS_CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * The policy of a hosted page: own styles and images, no scripts, never in a frame. `formAction`
 * names further origins its form may end at; browsers check redirects after a post against it too.
 */
export function pageContentPolicy(formAction: readonly string[] = []): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self' data:",
    `form-action ${["'self'", ...formAction].join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/**
 * The headers that every answer carries unless its handler says otherwise. Answers are not kept in
 * caches by default, since most tell about people. HSTS only in production: on a developer's
 * `localhost` it would spoil every other program there (RFC 6797, 8.4).
 */
export function securityHeaders(production: boolean): Readonly<Record<string, string>> {
  return {
    'content-security-policy': API_CONTENT_POLICY,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    // For what is loaded without CORS (a picture, a script); CORS decides about all else.
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    'cache-control': 'no-store',
    ...(production ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
  };
}

/** Sets them, with the policy that fits the route. */
export function applySecurityHeaders(
  reply: FastifyReply,
  headers: Readonly<Record<string, string>>,
  path: string,
  route: RouteOptions | undefined,
): void {
  reply.headers(headers);
  if (route?.html !== undefined) {
    reply.header('content-security-policy', pageContentPolicy(route.html.formAction));
  } else if (path === '/docs' || path.startsWith('/docs/')) {
    reply.header('content-security-policy', DOCS_CONTENT_POLICY);
  }
}
