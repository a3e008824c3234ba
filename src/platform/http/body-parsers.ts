import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parseFormBody } from './form-body.js';
import { parseJsonBody } from './json-body.js';
import { routeOptionsOf } from './problem-reply.js';
import { unsupportedEncoding, unsupportedMediaType } from './standard-problems.js';

/** Methods whose body has no meaning here; one that comes is ignored, as RFC 9110 allows. */
const BODYLESS_METHODS = ['DELETE', 'OPTIONS'];

/**
 * Replaces Fastify's body parsers by ours: strict JSON and forms in UTF-8, 415 for all else,
 * compressed bodies among it. The size is bounded by the server's `bodyLimit`, for chunked bodies too. A route that needs the exact
 * bytes (a signed webhook) is marked with `@BodyAsBytes`.
 */
export function registerBodyParsers(instance: FastifyInstance): void {
  for (const method of BODYLESS_METHODS) {
    instance.addHttpMethod(method, { hasBody: false, overrideExisting: true });
  }
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    (request: FastifyRequest, body: Buffer, done) => {
      settle(done, () => {
        requireIdentity(request);
        if (routeOptionsOf(request)?.bodyAsBytes === true) return body;
        requireUtf8(request);
        return parseJsonBody(body);
      });
    },
  );
  instance.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer' },
    (request: FastifyRequest, body: Buffer, done) => {
      settle(done, () => {
        requireIdentity(request);
        if (routeOptionsOf(request)?.bodyAsBytes === true) return body;
        requireUtf8(request);
        return parseFormBody(body);
      });
    },
  );
}

function settle(done: (error: Error | null, body?: unknown) => void, parse: () => unknown): void {
  let body: unknown;
  try {
    body = parse();
  } catch (error) {
    done(error as Error);
    return;
  }
  done(null, body);
}

/** Nothing here unpacks bodies; compressed bytes would only look like bad JSON. */
function requireIdentity(request: FastifyRequest): void {
  const encoding = (request.headers['content-encoding'] ?? '').trim();
  if (encoding !== '' && !/^identity$/i.test(encoding)) {
    throw unsupportedEncoding(encoding.slice(0, 40));
  }
}

function requireUtf8(request: FastifyRequest): void {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(
    request.headers['content-type'] ?? '',
  )?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw unsupportedMediaType(`Send the body in UTF-8, not in “${charset.slice(0, 40)}”.`);
  }
}
