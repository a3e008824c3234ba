import type { Choices } from './choices.js';
import type { Draft } from './draft.js';
import type { ValuePool } from './value-pool.js';

/** Values by header; each is sent as it stands, in Latin-1. */
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  Accept: [
    'text/html',
    'application/json',
    '*/*',
    'text/html;q=0.1, application/json',
    'image/png',
    '',
    '*/*;q=nonsense,,;;',
    'text/html;q=-1',
    'x'.repeat(3000),
    ',',
    'text/html,'.repeat(500),
  ],
  'Accept-Encoding': ['gzip, br', 'identity;q=0', '*;q=0', 'nonsense;q=-1', 'gzip;'.repeat(200)],
  'Accept-Language': ['cy', 'en-GB;q=0.8, *', 'x'.repeat(1000), '\u00ff'],
  Origin: [
    'https://www.example.org',
    'http://localhost:3000',
    'http://localhost:5173',
    'null',
    'http://a b',
    'http://127.0.0.1',
    'http://localhost:99999',
    'http://localhost:3000.evil.example',
    'file://',
    '',
    'http://[::1]:3000',
    'http://user@localhost:3000',
    'https://\u00e9xample.org',
    'http://'.repeat(300),
  ],
  'X-Request-Id': [
    'x',
    'a'.repeat(128),
    'a'.repeat(129),
    '',
    'a b',
    'x\u00ff"><script>',
    '../../etc',
    '{{7}}',
    '\t',
  ],
  'X-Forwarded-For': [
    '203.0.113.7',
    'not an address, 300.1.1.1',
    '::1',
    '127.0.0.1',
    ',,,',
    '1.2.3.4,'.repeat(300),
  ],
  'X-Forwarded-Host': ['evil.example', ''],
  'X-Forwarded-Proto': ['https', 'javascript'],
  'X-HTTP-Method-Override': ['DELETE', 'PUT'],
  Host: [
    'evil.example',
    'localhost:3000',
    '',
    'a b',
    '[::1]',
    'x'.repeat(3000),
    '127.0.0.1:99999',
    '\u00ff',
  ],
  Cookie: ['__proto__=1; a=b;;', 'x'.repeat(4000), '\u0080\u00ff', '='],
  'User-Agent': [
    '\u00ff'.repeat(2000),
    '',
    "'; DROP TABLE person; --",
    '\u0080\u009f',
    'x'.repeat(10_000),
  ],
  Referer: ['https://www.example.org/?email=sam@example.org', 'javascript:alert(1)'],
  'Idempotency-Key': [
    '',
    ' ',
    'a b',
    'x'.repeat(255),
    'x'.repeat(256),
    '\u00e9',
    '\u0080',
    '"',
    'key\twith\ttabs',
    '%00',
  ],
  'If-Match': ['"1"', '*', 'W/"1"', '1', '"99999999999999999999"', '"', '', '"1", "2"', '\u00ff'],
  'If-None-Match': ['*', '"', 'W/""', '"x", *', '"'.repeat(3000), ',,,', '\u00ff'],
  'If-Modified-Since': ['Thu, 01 Jan 2099 00:00:00 GMT', 'yesterday', ''],
  Range: ['bytes=0-1', 'bytes=-1', 'bytes=0-,0-,0-', 'bytes=9999999999-', 'x'],
  'Content-Type': ['text/plain', 'application/json', 'application/x-www-form-urlencoded', ''],
  'Content-Encoding': ['gzip', 'identity', 'br, gzip', '', 'x'.repeat(2000)],
  'Content-Language': ['x'.repeat(2000)],
  Authorization: [
    'Bearer',
    'Bearer ',
    'Basic bmF0aW9uYWw6eA==',
    'bearer x',
    `Bearer ${'x'.repeat(5000)}`,
    '',
    `Bearer bls_${'A'.repeat(43)}`,
    `Bearer blk_${'A'.repeat(43)}`,
    'Bearer \u00ff',
    'Bearer a b',
    `Bearer ${' '.repeat(4000)}x`,
    'Digest username="a"',
    "Bearer ' OR 1=1 --",
  ],
  'Access-Control-Request-Method': ['POST', 'DELETE', 'nonsense', '', '\u00ff'],
  'Access-Control-Request-Headers': ['authorization, x', 'x'.repeat(3000)],
  Connection: ['close', 'Upgrade', 'keep-alive, nonsense', 'x'.repeat(100)],
  Upgrade: ['websocket', 'h2c', 'x'],
  'HTTP2-Settings': ['AAMAAABkAAQAoAAAAAIAAAAA'],
  Expect: ['100-continue', 'nonsense', ''],
  TE: ['trailers, deflate;q=0.5'],
  Trailer: ['X-Later'],
  'Max-Forwards': ['0'],
  Purpose: ['prefetch'],
  'X-Long': ['x'.repeat(8000), 'x'.repeat(20_000)],
};

const NAMES = Object.keys(HEADERS);

/** Adds or changes a header, or several. @returns what was done, with the header's name. */
export function mutateHeaders(draft: Draft, choices: Choices, pool: ValuePool): string {
  if (choices.chance(0.03)) {
    // Node takes no notice of what is beyond a thousand.
    const many = choices.pick([50, 500, 950]);
    for (let n = 0; n < many; n += 1) draft.headers.push([`x${n}`, '']);
    return 'headers: many';
  }
  const name = choices.pick(NAMES);
  const odd = choices.pick(HEADERS[name] ?? ['']);
  const value = valueFromPool(name, choices, pool) ?? odd;
  // A second header of the name beside the first, or in its place.
  if (!choices.chance(0.15)) {
    draft.headers = draft.headers.filter(([one]) => one.toLowerCase() !== name.toLowerCase());
  }
  draft.headers.push([name, value]);
  if (name === 'Content-Type' && draft.body !== undefined) draft.body.type = undefined;
  return `headers: ${name}`;
}

/** A tag that stands, a key that was used: what reaches further than nonsense. */
function valueFromPool(name: string, choices: Choices, pool: ValuePool): string | undefined {
  const isKnown = choices.chance(0.6);
  const value = pool.pick(
    name === 'If-None-Match' ? 'etag' : name === 'Idempotency-Key' ? 'idempotency key' : '',
    choices,
  );
  return isKnown ? value : undefined;
}
