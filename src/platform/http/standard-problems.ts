import { type Fault, Problem } from './problem.js';

/** 400: the request could not be read at all (bad JSON, empty body, invalid UTF-8, bad address). */
export function notParseable(detail: string, code = 'not_parseable'): Problem {
  return new Problem({ status: 400, code, title: 'The request could not be read', detail });
}

/** 401: no valid session token or API key came with the request (RFC 6750). */
export function unauthenticated(
  detail = 'Send a session token or API key as “Authorization: Bearer …”.',
): Problem {
  return new Problem({
    status: 401,
    code: 'unauthenticated',
    title: 'You are not signed in',
    detail,
    headers: { 'WWW-Authenticate': 'Bearer' },
  });
}

/** 403: the caller's role lacks this permission; it is named. */
export function forbidden(permission: string): Problem {
  return new Problem({
    status: 403,
    code: 'forbidden',
    title: 'Your role does not allow this',
    detail: `This needs the permission “${permission}”.`,
    extensions: { permission },
  });
}

/** 404: there is no such thing, or the caller may not know of it; also for a malformed id. */
export function notFound(detail = 'There is nothing at this address.'): Problem {
  return new Problem({ status: 404, code: 'not_found', title: 'Not found', detail });
}

/** 405: the address exists, but not for this method. `allowed` goes into `Allow`. */
export function methodNotAllowed(allowed: readonly string[]): Problem {
  return new Problem({
    status: 405,
    code: 'method_not_allowed',
    title: 'This address does not take that method',
    detail: `Use ${allowed.join(', ')}.`,
    headers: { Allow: allowed.join(', ') },
  });
}

/** 413: the body is bigger than the configured limit, in bytes. */
export function tooLarge(limitBytes: number): Problem {
  return new Problem({
    status: 413,
    code: 'too_large',
    title: 'The request is too large',
    detail: `A request body may have at most ${limitBytes} bytes.`,
  });
}

/** 415: the body is of a kind that is not taken here. */
export function unsupportedMediaType(
  detail = 'Send application/json or application/x-www-form-urlencoded, in UTF-8.',
): Problem {
  return new Problem({
    status: 415,
    code: 'unsupported_media_type',
    title: 'This kind of body is not taken',
    detail,
    headers: { Accept: 'application/json, application/x-www-form-urlencoded' },
  });
}

/** 415: the body is compressed, or encoded otherwise (RFC 9110, 8.4 and 12.5.3). */
export function unsupportedEncoding(encoding: string): Problem {
  return new Problem({
    status: 415,
    code: 'unsupported_media_type',
    title: 'This kind of body is not taken',
    detail: `Send the body as it is, not in the content encoding “${encoding}”.`,
    headers: { 'Accept-Encoding': 'identity' },
  });
}

/** 422: the request was read, and these are all of its faults at once. */
export function invalidInput(errors: readonly Fault[], detail?: string): Problem {
  const one = errors.length === 1 ? errors[0]?.message : undefined;
  return new Problem({
    status: 422,
    code: 'invalid_input',
    title: 'Some of the input needs to be put right',
    detail: detail ?? one ?? `There are ${errors.length} things to put right; see “errors”.`,
    errors,
  });
}

/** 429 with `Retry-After` in whole seconds, at least one. */
export function tooManyRequests(retryAfterSeconds: number): Problem {
  const seconds = Math.max(1, Math.ceil(retryAfterSeconds));
  return new Problem({
    status: 429,
    code: 'too_many_requests',
    title: 'Too many requests',
    detail: `Please wait ${seconds} second${seconds === 1 ? '' : 's'} and try again.`,
    headers: { 'Retry-After': String(seconds) },
  });
}

/** 503 with `Retry-After` in whole seconds: something we need is away for the moment. */
export function unavailable(
  retryAfterSeconds = 5,
  detail = 'We cannot do this just now. Please try again in a moment.',
  cause?: unknown,
): Problem {
  return new Problem({
    status: 503,
    code: 'temporarily_unavailable',
    title: 'Temporarily unavailable',
    detail,
    headers: { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterSeconds))) },
    cause,
  });
}

/** 500: our own fault. It says nothing of what happened; the log does, under the same requestId. */
export function internalError(cause?: unknown): Problem {
  return new Problem({
    status: 500,
    code: 'internal_error',
    title: 'Something went wrong on our side',
    cause,
  });
}
