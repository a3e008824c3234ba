import { callbackify } from 'node:util';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Configuration } from '../config/configuration.js';
import { clientAddressOf } from './client-address.js';
import { type CorsPolicies, answerPreflight, applyCors } from './cors.js';
import { refuseUnclearMessage } from './message-framing.js';
import { routeOptionsOf } from './problem-reply.js';
import type { RateLimiter } from './rate-limiter.js';
import type { Readiness } from './readiness.js';
import { parseQuery } from './query-string.js';
import { runWithRequestContext } from './request-context.js';
import type { RateLimitRule } from './route-config.js';
import { RouteTable, pathOf } from './route-table.js';
import { applySecurityHeaders, securityHeaders } from './security-headers.js';
import { methodNotAllowed, notFound } from './standard-problems.js';

/** What the hooks ask while requests come in. */
export interface HookServices {
  readonly configuration: Configuration;
  readonly cors: CorsPolicies;
  readonly readiness: Readiness;
  readonly rateLimiter: RateLimiter;
}

/**
 * First of all hooks: the request's id, its context for every await that follows, and the headers
 * that every answer carries. Must be added before the framework adds its own.
 */
export function addContextHook(instance: FastifyInstance, configuration: Configuration): void {
  const headers = securityHeaders(configuration.production);
  instance.decorateRequest('problemCode', undefined);
  instance.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    const options = routeOptionsOf(request);
    applySecurityHeaders(reply, headers, pathOf(request.url), options);
    // A handler that is called directly has a context while it runs.
    if (options?.direct !== undefined) done();
    else {
      // Read now: once a client has hung up, its address is gone.
      const address = clientAddressOf(request);
      runWithRequestContext({ requestId: request.id, address }, done);
    }
  });
}

/**
 * The hooks that decide before a body is read: malformed requests and queries, CORS, unknown paths
 * and methods, rate limits. Returns nothing; throws nothing; problems go through the exception filter.
 */
export function addRequestHooks(instance: FastifyInstance, services: HookServices): void {
  const routes = new RouteTable();
  instance.addHook('onRoute', (route) => {
    routes.add(route.method, route.url, route.config ?? {});
  });
  instance.addHook('onRequest', (request, reply, done) => {
    let answered: boolean;
    try {
      answered = answerAtOnce(request, reply, routes, services);
    } catch (error) {
      done(error as Error);
      return;
    }
    if (!answered) done();
  });
  instance.addHook('onRequest', (request, _reply, done) => {
    const rules = (routeOptionsOf(request)?.rateLimits ?? []).filter(
      ({ except }) => except?.(request) !== true,
    );
    let waiting: Promise<unknown>[];
    try {
      waiting = rules.length === 0 ? [] : consumeAll(services, rules, clientAddressOf(request));
    } catch (error) {
      done(error as Error);
      return;
    }
    // Most requests have nothing to wait for, and are not made to.
    if (waiting.length === 0) done();
    else callbackify(() => Promise.all(waiting))((error) => done(error));
  });
  instance.addHook('onSend', (_request, reply, payload, done) => {
    // While shutting down, clients are asked to come back over a new connection: to another process.
    if (services.readiness.shuttingDown) reply.header('connection', 'close');
    done(null, payload);
  });
}

/** @throws Problem 429 by what is known here; what has to be asked for is waited for. */
function consumeAll(
  { rateLimiter, configuration }: HookServices,
  rules: readonly RateLimitRule[],
  address: string,
): Promise<void>[] {
  const waiting: Promise<void>[] = [];
  for (const { name, points, seconds, exact = false } of rules) {
    const allowed = typeof points === 'number' ? points : points(configuration);
    const counted = rateLimiter.consumeForAddress(name, address, {
      points: allowed,
      seconds,
      exact,
    });
    if (counted === undefined) continue;
    // Should a later rule refuse at once, nobody waits for this one any more.
    counted.catch(() => undefined);
    waiting.push(counted);
  }
  return waiting;
}

/** @returns whether the request has been answered already. */
function answerAtOnce(
  request: FastifyRequest,
  reply: FastifyReply,
  routes: RouteTable,
  { cors }: HookServices,
): boolean {
  try {
    refuseUnclearMessage(request.raw);
  } catch (error) {
    reply.header('connection', 'close');
    throw error;
  }
  // We change to no other protocol, and Node drops what came along behind the wish to.
  if (request.headers.upgrade !== undefined) reply.header('connection', 'close');
  if (!request.is404) {
    // Before the refusals, so that a page of another origin may read them.
    const options = routeOptionsOf(request);
    applyCors(cors, options, request, reply);
    // Who is called directly reads it with its own schema.
    if (options?.direct === undefined) request.query = parseQuery(request.url);
    // No id and no slug holds a NUL, and PostgreSQL cannot even be asked about one.
    for (const value of Object.values((request.params ?? {}) as Record<string, unknown>)) {
      if (typeof value === 'string' && value.includes('\0')) throw notFound();
    }
    return false;
  }
  const path = decoded(pathOf(request.url));
  const methods = routes.methodsOf(path);
  if (methods.length === 0) throw notFound();
  if (request.method !== 'OPTIONS') throw methodNotAllowed(methods);
  const wanted = request.headers['access-control-request-method'];
  if (wanted === undefined || request.headers.origin === undefined) {
    reply.code(204).header('allow', methods.join(', ')).send();
  } else {
    const options = routes.optionsOf(wanted.toUpperCase(), path);
    answerPreflight(cors, options, methods, request, reply);
  }
  return true;
}

/** The router matches decoded paths; its own bad-URL answer has dealt with what does not decode. */
function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
