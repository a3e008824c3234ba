import type { IncomingMessage } from 'node:http';
import { notParseable } from './standard-problems.js';

/** A host and perhaps a port (RFC 9110, 7.2): what no other part of an address could be made of. */
const HOST = /^(?:[A-Za-z0-9._~%!$&'()*+,;=-]*|\[[0-9A-Fa-f:.]{2,}\])(?::\d{0,5})?$/;

/**
 * Refuses what a proxy before us could read in another way than we do, though Node's parser lets it
 * pass: another version than HTTP/1.0 or 1.1, several Host fields or one that names no host
 * (RFC 9112, 3.2), any transfer coding but `chunked`, and one in HTTP/1.0 at all (RFC 9112, 6.1).
 *
 * @throws Problem 400; the connection is not to be used again.
 */
export function refuseUnclearMessage(message: IncomingMessage): void {
  const { httpVersion, rawHeaders, headers } = message;
  if (httpVersion !== '1.1' && httpVersion !== '1.0') {
    throw notParseable('This speaks HTTP/1.1 and HTTP/1.0.');
  }
  if (headers.host === undefined) {
    if (httpVersion === '1.1') throw notParseable('The Host header is missing.');
  } else if (!HOST.test(headers.host) || hostsIn(rawHeaders) > 1) {
    throw notParseable('The Host header must name one host.');
  }
  const coding = headers['transfer-encoding'];
  if (coding === undefined) return;
  if (httpVersion === '1.0' || coding.trim().toLowerCase() !== 'chunked') {
    throw notParseable('The one transfer coding that is taken is “chunked”, in HTTP/1.1.');
  }
}

/** Node shows the first of several alone. */
function hostsIn(rawHeaders: readonly string[]): number {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts;
}
