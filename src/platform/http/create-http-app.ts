import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Configuration } from '../config/configuration.js';
import { ConfigurationModule } from '../config/configuration.module.js';
import { type Logger, createLogger } from '../logging/logger.js';
import { LoggingModule } from '../logging/logging.module.js';
import { NestLogger } from '../logging/nest-logger.js';
import { Metrics } from '../metrics/metrics.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { registerBodyParsers } from './body-parsers.js';
import { networkMatcher } from './client-address.js';
import { clientErrorHandler } from './client-errors.js';
import { answerNotModified } from './conditional-requests.js';
import { CorsPolicies } from './cors.js';
import { callDirectRoutes } from './direct-route.js';
import { HttpModule } from './http.module.js';
import { serveApiDescription } from './openapi.js';
import { ProblemFilter } from './problem.filter.js';
import { answerProblem } from './problem-reply.js';
import { RateLimiter } from './rate-limiter.js';
import { Readiness } from './readiness.js';
import { currentRequestId, requestIdOf } from './request-context.js';
import { addContextHook, addRequestHooks } from './request-hooks.js';
import { addRequestLog } from './request-log.js';
import { writeThroughSchemas } from './response-schema.js';
import { SchemaValidationPipe } from './schema-validation.pipe.js';
import { securityHeaders } from './security-headers.js';

/** Address and headers together, in bytes; Node's own default, said aloud. */
const MAXIMUM_HEADER_BYTES = 16 * 1024;
const HEADERS_TIMEOUT_MS = 15_000;
/** A whole request has to arrive within this time. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the idle time of common load balancers (60 s), so that they close first. */
const KEEP_ALIVE_MS = 65_000;
const TIMEOUT_CHECK_MS = 5_000;
/** Nothing moves for this long: whoever does not read their answer does not hold it for ever. */
const STALLED_MS = 60_000;
const MAXIMUM_CONNECTIONS = 10_000;
/** Signed links are longer than ids; what is longer still is nothing of ours. */
const MAXIMUM_PARAMETER = 512;
const NO_QUERY = Object.freeze({});

/** How an HTTP application differs from the usual one. */
export interface HttpAppOptions {
  /** Name of the process in the log. Default `api`. */
  readonly name?: string;
  /** Default: a new one on standard output. */
  readonly logger?: Logger;
  /** Whether `/openapi.json` and `/docs` are served. Default true; the worker has no use for them. */
  readonly docs?: boolean;
}

@Module({})
class HttpRoot {}

/**
 * The application of these modules behind HTTP, ready to `listen(port, host)`: problem documents,
 * strict bodies, validated input, filtered answers, limits, headers, logs, metrics, health. It
 * brings the configuration, the logger, `Metrics`, `Readiness`, `RateLimiter` and `CorsPolicies`
 * to every module; a global module of the application may provide a `RateLimitStore`.
 */
export async function createHttpApp(
  module: Type | DynamicModule,
  configuration: Configuration,
  options: HttpAppOptions = {},
): Promise<NestFastifyApplication> {
  const { name = 'api', docs = true } = options;
  const logger = options.logger ?? createLogger(configuration, name, currentRequestId);
  const replies = { logger, bodyLimitBytes: configuration.environment.BODY_LIMIT_BYTES };
  const adapter = createAdapter(configuration, replies);
  const instance = adapter.getInstance<FastifyInstance>();
  addContextHook(instance, configuration);
  const root: DynamicModule = {
    module: HttpRoot,
    imports: [
      ConfigurationModule.with(configuration),
      LoggingModule.with(logger),
      MetricsModule,
      HttpModule,
      module,
    ],
  };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: new NestLogger(logger),
    abortOnError: false,
    bodyParser: false,
  });
  registerBodyParsers(instance);
  addRequestHooks(instance, {
    configuration,
    cors: app.get(CorsPolicies),
    readiness: app.get(Readiness),
    rateLimiter: app.get(RateLimiter),
  });
  callDirectRoutes(instance, app);
  writeThroughSchemas(instance);
  answerNotModified(instance);
  addRequestLog(instance, logger, app.get(Metrics));
  app.useGlobalFilters(new ProblemFilter(replies));
  app.useGlobalPipes(new SchemaValidationPipe());
  if (docs) serveApiDescription(app, configuration.publicUrl);
  await app.init();
  await instance.ready();
  const server = app.getHttpServer();
  server.maxConnections = MAXIMUM_CONNECTIONS;
  // Node would answer a bare 417; an expectation that we do not know may be ignored (RFC 9110, 10.1.1).
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  // Node writes the interim answer to a request that waits for its turn into the middle of its final
  // one. Without an interim answer it closes the connection behind the final one, as it should.
  server.on('checkContinue', (request, response) => {
    if (response.socket !== null) response.writeContinue();
    server.emit('request', request, response);
  });
  return app;
}

function createAdapter(
  configuration: Configuration,
  replies: { logger: Logger; bodyLimitBytes: number },
): FastifyAdapter {
  const { production, environment } = configuration;
  return new FastifyAdapter({
    logger: false,
    bodyLimit: environment.BODY_LIMIT_BYTES,
    // Fastify's own reading of the list takes every address of every request apart.
    trustProxy:
      environment.TRUSTED_PROXIES.length > 0 ? networkMatcher(environment.TRUSTED_PROXIES) : false,
    requestIdHeader: false,
    genReqId: requestIdOf,
    // The parser lets `*v1` through, and the router knows no such path: it would answer without hooks.
    rewriteUrl: ({ url = '/' }) => (/^\*./.test(url) ? `/${url}` : url),
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: STALLED_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    return503OnClosing: false,
    routerOptions: {
      maxParamLength: MAXIMUM_PARAMETER,
      // Queries are read by `parseQuery`, where somebody asks for them; the router's would be thrown away.
      querystringParser: () => NO_QUERY,
    },
    http: {
      maxHeaderSize: MAXIMUM_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
      // Node would answer an empty 400 by itself; our hook answers a problem document.
      requireHostHeader: false,
    },
    clientErrorHandler: clientErrorHandler(production),
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      reply.header('x-request-id', request.id).headers(securityHeaders(production));
      answerProblem(error, request, reply, replies);
    },
  });
}
