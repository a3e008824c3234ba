import { HttpException } from '@nestjs/common';
import { isDatabaseUnavailable } from '../database/database-unavailable.js';
import { Problem } from './problem.js';
import {
  internalError,
  notFound,
  notParseable,
  tooLarge,
  unavailable,
  unsupportedMediaType,
} from './standard-problems.js';

/** What the mapping needs to know of this process. */
export interface ProblemMappingOptions {
  readonly bodyLimitBytes: number;
}

/**
 * The one place that decides what any error means to the caller: our own problems as they are,
 * the framework's errors in the words of the contract, a database that is away as a 503, and
 * everything else as a 500 that tells nothing.
 */
export function toProblem(error: unknown, options: ProblemMappingOptions): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HttpException) {
    // The Fastify adapter wraps Fastify's own errors; the code inside says more than the status.
    const inner = frameworkProblem(error.cause, options);
    return inner ?? statusProblem(error.getStatus(), error, options);
  }
  const known = frameworkProblem(error, options);
  if (known !== undefined) return known;
  if (isDatabaseUnavailable(error)) return unavailable(5, undefined, error);
  return internalError(error);
}

/** Fastify's errors by their code, and Node's parser errors (`HPE_…`) by theirs. */
function frameworkProblem(error: unknown, options: ProblemMappingOptions): Problem | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, statusCode } = error as Error & { code?: unknown; statusCode?: unknown };
  if (typeof code !== 'string') return undefined;
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return tooLarge(options.bodyLimitBytes);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return unsupportedMediaType();
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return notParseable('The body does not have the length that Content-Length announced.');
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return notParseable('The body is not valid JSON.');
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_INVALID_URL':
      return notParseable('The address of the request contains an invalid percent-encoding.');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      // A path segment of that length is no id of ours, and a malformed id is a 404.
      return notFound();
    case 'FST_ERR_HANDLER_TIMEOUT':
      return unavailable(5, undefined, error);
    case 'ECONNRESET':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return statusCode === 400
        ? notParseable('The body ended before it was complete.')
        : undefined;
    default:
      return connectionProblem(code);
  }
}

/** Problems of the connection, raised before there is a request to speak of. */
export function connectionProblem(code: string): Problem | undefined {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new Problem({
      status: 431,
      code: 'headers_too_large',
      title: 'The request headers are too large',
      detail: 'The address and the headers together may have at most 16 kilobytes.',
    });
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new Problem({
      status: 408,
      code: 'request_timeout',
      title: 'The request took too long to arrive',
      detail: 'Send the whole request within 30 seconds.',
    });
  }
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return notParseable('Chunk extensions too large.');
  if (code.startsWith('HPE_')) return notParseable('This is not valid HTTP.');
  return undefined;
}

/** Nest's own exceptions, which know a status only. */
function statusProblem(
  status: number,
  error: HttpException,
  options: ProblemMappingOptions,
): Problem {
  switch (status) {
    case 400:
      return notParseable('The request could not be read.');
    case 403:
    // The server of files says so of a path that leads out of its folder, or is too long for any.
    case 404:
      return notFound();
    case 413:
      return tooLarge(options.bodyLimitBytes);
    case 415:
      return unsupportedMediaType();
    case 503:
      return unavailable(5, undefined, error);
    default:
      if (status >= 500) return internalError(error);
      return new Problem({
        status,
        code: STATUS_CODES[status] ?? 'request_refused',
        title: 'The request was refused',
        detail: 'It cannot be served in the way it was made.',
        cause: error,
      });
  }
}

const STATUS_CODES: Readonly<Record<number, string>> = {
  401: 'unauthenticated',
  405: 'method_not_allowed',
  406: 'not_acceptable',
  408: 'request_timeout',
  409: 'conflict',
  410: 'gone',
  412: 'stale_version',
  422: 'invalid_input',
  428: 'precondition_required',
  429: 'too_many_requests',
};
