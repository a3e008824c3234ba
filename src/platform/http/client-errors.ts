import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { newId } from '../new-id.js';
import { PROBLEM_MEDIA_TYPE } from './problem.js';
import { connectionProblem } from './problem-mapping.js';
import { securityHeaders } from './security-headers.js';
import { notParseable } from './standard-problems.js';

/**
 * Answers what is not even HTTP (broken request line, too large headers, a request that never
 * ends) with a problem document, written by hand since there is no response object yet.
 */
export function clientErrorHandler(production: boolean) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    // A reset connection is gone, and an answer that has begun must not be written into.
    const { _httpMessage: running } = socket as Socket & {
      _httpMessage?: { headersSent?: boolean } | null;
    };
    if (error.code === 'ECONNRESET' || !socket.writable || running?.headersSent === true) {
      socket.destroy();
      return;
    }
    const problem = connectionProblem(error.code ?? '') ?? notParseable('This is not valid HTTP.');
    const requestId = newId();
    const body = JSON.stringify(problem.toDocument(requestId));
    const headers = {
      ...securityHeaders(production),
      'content-type': PROBLEM_MEDIA_TYPE,
      'content-length': String(Buffer.byteLength(body)),
      'x-request-id': requestId,
      connection: 'close',
    };
    socket.end(
      [
        `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? 'Error'}`,
        ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
        '',
        body,
      ].join('\r\n'),
      () => socket.destroy(),
    );
  };
}
