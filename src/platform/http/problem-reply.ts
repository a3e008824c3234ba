import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../logging/logger.js';
import { PROBLEM_MEDIA_TYPE, type Problem } from './problem.js';
import { type ProblemMappingOptions, toProblem } from './problem-mapping.js';
import { PROBLEM_PAGE_POLICY, prefersHtml, renderProblemPage } from './problem-page.js';
import type { RouteOptions } from './route-config.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The code of the problem that was answered, for the log line of the request. */
    problemCode: string | undefined;
  }
}

/** What answering an error takes. */
export interface ProblemReplyOptions extends ProblemMappingOptions {
  readonly logger: Logger;
}

/** Our route options out of Fastify's; undefined before the router has found one. */
export function routeOptionsOf(request: FastifyRequest): RouteOptions | undefined {
  return request.routeOptions.config as RouteOptions | undefined;
}

/**
 * Answers any error: a problem document, or a small page where a person is waiting on a page's
 * route (whoever posts JSON is no person, whatever `Accept` says). Logs what is our fault, and only that, at error level.
 */
export function answerProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  options: ProblemReplyOptions,
): void {
  const problem = toProblem(error, options);
  request.problemCode = problem.code;
  logProblem(problem, request, options.logger);
  if (reply.sent || reply.raw.headersSent) {
    // Half an answer is on its way; cutting the connection is the only way to say that it is bad.
    if (!reply.raw.writableEnded) reply.raw.destroy();
    return;
  }
  const document = problem.toDocument(request.id);
  for (const name of ['content-length', 'content-encoding', 'etag', 'last-modified']) {
    reply.removeHeader(name);
  }
  reply.code(problem.status).header('cache-control', 'no-store').headers(problem.headers);
  if (isForPerson(request)) {
    reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', PROBLEM_PAGE_POLICY)
      .send(renderProblemPage(document));
    return;
  }
  // As bytes, so that Fastify adds no charset: the media type has none (RFC 9457, 3).
  reply
    .header('content-type', PROBLEM_MEDIA_TYPE)
    .send(Buffer.from(JSON.stringify(document), 'utf8'));
}

/** Whether a person waits on a page's route; a program that posts JSON can read a document. */
function isForPerson(request: FastifyRequest): boolean {
  const { accept, 'content-type': type = '' } = request.headers;
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (!reads && /^\s*application\/json\s*(?:;|$)/i.test(type)) return false;
  return routeOptionsOf(request)?.html !== undefined && prefersHtml(accept);
}

function logProblem(problem: Problem, request: FastifyRequest, logger: Logger): void {
  // A 503 that was meant (not ready, shutting down) has its code in the line of the request.
  if (problem.status < 500 || (problem.status === 503 && problem.cause === undefined)) return;
  const fields = {
    err: problem.cause,
    code: problem.code,
    method: request.method,
    route: request.routeOptions.url ?? 'unmatched',
    requestId: request.id,
  };
  if (problem.status === 503) logger.warn(fields, 'a request could not be served for the moment');
  else logger.error(fields, 'a request failed through our own fault');
}
