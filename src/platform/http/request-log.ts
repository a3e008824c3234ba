import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Logger, plainLines } from '../logging/logger.js';
import type { Metrics } from '../metrics/metrics.js';
import { routeOptionsOf } from './problem-reply.js';
import { RequestDurations } from './request-durations.js';

/** The first failure; what is below was answered as it was asked. */
const FIRST_FAILURE = 400;
/** Asked every few seconds by machines; worth a line only to somebody who looks for it. */
const QUIET_ROUTES = new Set(['/health/live', '/health/ready', '/metrics']);

/**
 * One log line and one observation per answered request; of what is asked for all the time a line
 * only on the level of `debug`. Both name the route's pattern and never
 * the address that was called: that holds tokens, ids, postcodes and what people searched for. No
 * client addresses and no bodies either.
 */
export function addRequestLog(instance: FastifyInstance, logger: Logger, metrics: Metrics): void {
  const durations = new RequestDurations(metrics);
  const loud = plainLines(logger, 'info', 'request');
  const quiet = plainLines(logger, 'debug', 'request');
  instance.addHook('onResponse', (request, reply, done) => {
    const route = routePatternOf(request);
    const { method, problemCode } = request;
    const status = reply.statusCode;
    const milliseconds = reply.elapsedTime;
    durations.note(method, route, status, milliseconds);
    // Lookups that find something come by the thousand a second: the metrics count them.
    const isLookup = routeOptionsOf(request)?.direct !== undefined;
    const isQuiet = QUIET_ROUTES.has(route) || (isLookup && status < FIRST_FAILURE);
    const write = isQuiet ? quiet : loud;
    // Methods, patterns, codes and ids (`requestIdOf`) have nothing in them that JSON would escape.
    write(
      `"requestId":"${request.id}","method":"${method}","route":"${route}","status":${status},` +
        `"ms":${Math.round(milliseconds * 10) / 10}` +
        (problemCode === undefined ? '' : `,"code":"${problemCode}"`),
    );
    done();
  });
}

/** The pattern that matched, or `unmatched`: callers must not be able to invent label values. */
export function routePatternOf(request: FastifyRequest): string {
  return request.is404 ? 'unmatched' : (request.routeOptions.url ?? 'unmatched');
}
