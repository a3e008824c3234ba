/** A body with its media type, as a caller might send it by mistake or on purpose. */
export interface HostileBody {
  readonly name: string;
  readonly type: string | undefined;
  readonly body: string | Buffer;
}

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const deep = (open: string, close: string, levels: number) =>
  open.repeat(levels) + '1' + close.repeat(levels);

/** Bodies that no route takes, whatever its schema is. `json` is a good one, `form` too. */
export function hostileBodies(json: object, form: string): HostileBody[] {
  const good = JSON.stringify(json);
  const bodies: [name: string, type: string | undefined, body: string | Buffer][] = [
    ['null', JSON_TYPE, 'null'],
    ['an empty list', JSON_TYPE, '[]'],
    ['a list of a good one', JSON_TYPE, `[${good}]`],
    ['a text', JSON_TYPE, '"text"'],
    ['a number', JSON_TYPE, '17'],
    ['a huge number', JSON_TYPE, '1e999'],
    ['a truth value', JSON_TYPE, 'true'],
    ['an empty object', JSON_TYPE, '{}'],
    ['an unknown field', JSON_TYPE, JSON.stringify({ ...json, surprise: 1 })],
    ['a field called constructor', JSON_TYPE, JSON.stringify({ ...json, constructor: 1 })],
    ['a field called toString', JSON_TYPE, JSON.stringify({ ...json, toString: 1 })],
    ['__proto__', JSON_TYPE, `{"__proto__":{"admin":true},${good.slice(1)}`],
    ['constructor.prototype', JSON_TYPE, `{"constructor":{"prototype":{}},${good.slice(1)}`],
    ['1000 unknown fields', JSON_TYPE, JSON.stringify({ ...json, ...many(1000) })],
    ['a list of 10,000', JSON_TYPE, JSON.stringify(Array(10_000).fill(1))],
    ['deep lists', JSON_TYPE, deep('[', ']', 5000)],
    ['deep objects', JSON_TYPE, deep('{"a":', '}', 5000)],
    ['deep in an unknown field', JSON_TYPE, `{"x":${deep('[', ']', 40)},${good.slice(1)}`],
    ['an empty body', JSON_TYPE, ''],
    ['blanks', JSON_TYPE, ' \n '],
    ['half an object', JSON_TYPE, good.slice(0, -1)],
    ['two objects', JSON_TYPE, good + good],
    ['a trailing comma', JSON_TYPE, `${good.slice(0, -1)},}`],
    ['single quotes', JSON_TYPE, good.replaceAll('"', "'")],
    ['NaN', JSON_TYPE, '{"a":NaN}'],
    ['a NUL byte in the text', JSON_TYPE, Buffer.from(`${good}\0`)],
    ['more than the limit', JSON_TYPE, JSON.stringify({ ...json, message: 'x'.repeat(70_000) })],
    ['UTF-16', JSON_TYPE, Buffer.from(`\ufeff${good}`, 'utf16le')],
    ['UTF-16 by name', `${JSON_TYPE}; charset=utf-16`, Buffer.from(good, 'utf16le')],
    ['Latin-1 bytes', JSON_TYPE, Buffer.from(good.replace('":"', '":"Zoë'), 'latin1')],
    ['Latin-1 by name', `${JSON_TYPE}; charset=iso-8859-1`, good],
    ['an unknown charset', `${JSON_TYPE}; charset="nonsense"`, good],
    [
      'a lone continuation byte',
      JSON_TYPE,
      Buffer.concat([Buffer.from(good), Buffer.from([0x80])]),
    ],
    ['an overlong form', JSON_TYPE, Buffer.from([0x22, 0xc0, 0x80, 0x22])],
    ['gzip without saying so', JSON_TYPE, Buffer.from([0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0])],
    ['plain text', 'text/plain', good],
    ['XML', 'application/xml', '<a/>'],
    ['multipart', 'multipart/form-data; boundary=x', '--x--'],
    ['bytes', 'application/octet-stream', good],
    ['no type', undefined, good],
    ['a broken type', ';;;', good],
    ['JSON said to be a form', FORM_TYPE, good],
    ['an empty form', FORM_TYPE, ''],
    ['a form that is not UTF-8', FORM_TYPE, `${form}&x=%ff%fe`],
    ['a form of Latin-1 bytes', FORM_TYPE, Buffer.from(`${form}&x=ë`, 'latin1')],
    ['a form of 5000 fields', FORM_TYPE, 'a=1&'.repeat(5000)],
    ['a form larger than the limit', FORM_TYPE, `${form}&message=${'x'.repeat(70_000)}`],
    ['a form in another charset', `${FORM_TYPE}; charset=windows-1252`, form],
  ];
  return bodies.map(([name, type, body]) => ({ name, type, body }));
}

function many(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`field${n}`, n]));
}

/** Values that are no text, for a place where a text belongs; each also breaks another habit. */
export const NOT_TEXTS: readonly (readonly [name: string, value: unknown])[] = [
  ['null', null],
  ['a number', 7],
  ['a truth value', true],
  ['a list', ['text']],
  ['an empty list', []],
  ['an object', { $gt: '' }],
];

/** Texts that nothing may store or be confused by. */
export const UNSTORABLE_TEXTS: readonly (readonly [name: string, value: string])[] = [
  ['a NUL', 'a\u0000b'],
  ['a lone high surrogate', 'a\ud800'],
  ['a lone low surrogate', '\udc00b'],
  ['a bell', 'a\u0007b'],
  ['a turned direction', 'a\u202eb'],
  ['30,000 characters', 'x'.repeat(30_000)],
];

/** Texts that are dangerous to the careless only; as a message they are somebody's words. */
export const INJECTIONS: readonly string[] = [
  `'; DROP TABLE person; --`,
  `" OR 1=1 /*`,
  `\\'; SELECT pg_sleep(10); --`,
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '{{constructor.constructor("return process")()}}',
  '{% include "../../etc/passwd" %}',
  '${7*7}',
  '%00%0d%0aSet-Cookie: a=b',
  '../../../../etc/passwd',
];

/** What may stand for a piece of a path, already in the form in which it is sent. */
export const HOSTILE_SEGMENTS: readonly string[] = [
  '%00',
  'a%00b',
  '%',
  '%zz',
  '%ff',
  '%c0%80',
  '%E0%A4%A',
  '%ed%a0%80',
  '..%2f..%2fetc%2fpasswd',
  '%27%3B%20DROP%20TABLE%20person%3B%20--',
  '%3Cscript%3Ealert(1)%3C%2Fscript%3E',
  '%F0%9F%92%A9',
  'x'.repeat(600),
  'x'.repeat(300),
  '__proto__',
  'constructor',
  'undefined',
  'null',
  '018f0000-0000-7000-8000-000000000000',
];
