import { decodeComponent } from './percent-decoding.js';
import type { Problem } from './problem.js';
import { notParseable } from './standard-problems.js';

/** A query: texts, and lists of texts for names that are repeated. It has no prototype. */
export type Query = Record<string, string | string[]>;

/**
 * The query of a request target, read as forms are. Replaces what the router made of it: that
 * leaves a value as it came where any part of it cannot be decoded.
 *
 * @throws Problem 400: what stands behind the percent signs is not UTF-8.
 */
export function parseQuery(url: string): Query {
  const query = Object.create(null) as Query;
  // The router takes a hash for the beginning of a query, too.
  const begin = url.search(/[?#]/);
  if (begin < 0) return query;
  for (const pair of url.slice(begin + 1).split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decodeComponent(equals < 0 ? pair : pair.slice(0, equals), queryNotUtf8);
    const value = decodeComponent(equals < 0 ? '' : pair.slice(equals + 1), queryNotUtf8);
    const present = query[name];
    if (present === undefined) query[name] = value;
    else if (typeof present === 'string') query[name] = [present, value];
    else present.push(value);
  }
  return query;
}

function queryNotUtf8(): Problem {
  return notParseable('The query of the address contains a percent-encoding that is not UTF-8.');
}
