import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from '../logging/logger.js';
import type { Metrics } from '../metrics/metrics.js';

/** Upper bounds of the buckets, in seconds: a lookup takes a millisecond, a join a few. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Asked every few seconds by machines; worth a line only to somebody who looks for it. */
const QUIET_ROUTES = new Set(['/health/live', '/health/ready', '/metrics']);

/**
 * One log line and one observation per answered request. Both name the route's pattern and never
 * the address that was called: that holds tokens, ids, postcodes and what people searched for. No
 * client addresses and no bodies either.
 */
export function addRequestLog(instance: FastifyInstance, logger: Logger, metrics: Metrics): void {
  const durations = metrics.histogram(
    'branchline_http_request_duration_seconds',
    'Time from a request’s arrival to the end of its answer',
    ['method', 'route', 'status'],
    { buckets: BUCKETS },
  );
  instance.addHook('onResponse', (request, reply, done) => {
    const route = routePatternOf(request);
    const { method } = request;
    const status = reply.statusCode;
    durations.observe({ method, route, status }, reply.elapsedTime / 1000);
    const fields = {
      requestId: request.id,
      method,
      route,
      status,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      ...(request.problemCode === undefined ? {} : { code: request.problemCode }),
    };
    if (QUIET_ROUTES.has(route)) logger.debug(fields, 'request');
    else logger.info(fields, 'request');
    done();
  });
}

/** The pattern that matched, or `unmatched`: callers must not be able to invent label values. */
export function routePatternOf(request: FastifyRequest): string {
  return request.is404 ? 'unmatched' : (request.routeOptions.url ?? 'unmatched');
}
