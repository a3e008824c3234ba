import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from './problem.js';
import type { RouteOptions } from './route-config.js';
import { methodNotAllowed } from './standard-problems.js';

/** Which origins a browser may call from. Cookies and other credentials are never allowed. */
export interface CorsPolicy {
  /** `'any'` answers `*`; otherwise the origin is asked about, one by one. */
  readonly origins: 'any' | ((origin: string, request: FastifyRequest) => boolean);
}

const ALLOWED_HEADERS =
  'Accept, Accept-Language, Content-Type, Idempotency-Key, If-None-Match, X-Request-Id';
const EXPOSED_HEADERS = 'ETag, Idempotent-Replayed, Location, Retry-After, X-Request-Id';
const PREFLIGHT_SECONDS = '600';

/** The CORS policies by name. A feature registers its own at start (`onModuleInit`). */
@Injectable()
export class CorsPolicies {
  private readonly policies = new Map<string, CorsPolicy>([['anyone', { origins: 'any' }]]);

  /** @throws Error when the name is taken: two rules of one name would hide one another. */
  register(name: string, policy: CorsPolicy): void {
    if (this.policies.has(name)) throw new Error(`There are two CORS policies “${name}”.`);
    this.policies.set(name, policy);
  }

  /** @throws Error for a name that nobody registered: a spelling mistake of ours. */
  get(name: string): CorsPolicy {
    const policy = this.policies.get(name);
    if (policy === undefined) throw new Error(`There is no CORS policy “${name}”.`);
    return policy;
  }
}

/** 403: the page's origin may not use this form. */
export class OriginNotAllowed extends Problem {
  constructor() {
    super({
      status: 403,
      code: 'origin_not_allowed',
      title: 'This website may not use this form',
      detail: 'The website’s origin has to be entered among the allowed origins of the form.',
    });
  }
}

/** Sets the CORS headers of an answer (Fetch standard, 3.2); whether to serve is not theirs. */
export function applyCors(
  policies: CorsPolicies,
  route: RouteOptions | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): boolean {
  if (route?.cors === undefined) return false;
  const { origins } = policies.get(route.cors);
  const { origin } = request.headers;
  if (origins === 'any') {
    // Whether or not a page asks: a cache on the way may give the answer to one that does.
    reply.header('access-control-allow-origin', '*');
  } else {
    reply.header('vary', 'Origin');
    if (origin === undefined || !origins(origin, request)) return false;
    reply.header('access-control-allow-origin', origin);
  }
  reply.header('access-control-expose-headers', EXPOSED_HEADERS);
  return true;
}

/**
 * Answers a preflight request: 204 with what is allowed, 403 for an origin that is not, 405 for a
 * route that no foreign page may call.
 */
export function answerPreflight(
  policies: CorsPolicies,
  route: RouteOptions | undefined,
  methods: readonly string[],
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  if (route?.cors === undefined) throw methodNotAllowed(methods.filter((one) => one !== 'OPTIONS'));
  if (!applyCors(policies, route, request, reply)) throw new OriginNotAllowed();
  reply
    .code(204)
    .header('access-control-allow-methods', methods.join(', '))
    .header('access-control-allow-headers', ALLOWED_HEADERS)
    .header('access-control-max-age', PREFLIGHT_SECONDS)
    .send();
}

/**
 * A predicate for a list of origins: exact ones, and `http://localhost:*` (any host) for any port.
 *
 * @throws Error for an entry that is no origin, so that a typing mistake is seen at start.
 */
export function originMatcher(allowed: readonly string[]): (origin: string) => boolean {
  const exact = new Set<string>();
  const anyPort: string[] = [];
  for (const entry of allowed) {
    const wildcard = entry.endsWith(':*');
    const bare = wildcard ? entry.slice(0, -2) : entry.replace(/\/$/, '');
    if (!URL.canParse(bare) || !/^https?:$/.test(new URL(bare).protocol)) {
      throw new Error(`“${entry}” is not an origin such as https://www.example.org.`);
    }
    const { origin } = new URL(bare);
    if (origin !== bare.toLowerCase()) {
      throw new Error(`“${entry}” is not an origin; did you mean ${origin}?`);
    }
    exact.add(origin);
    if (wildcard) anyPort.push(`${origin}:`);
  }
  return (origin) => {
    if (exact.has(origin)) return true;
    return anyPort.some(
      (start) => origin.startsWith(start) && /^\d{1,5}$/.test(origin.slice(start.length)),
    );
  };
}
