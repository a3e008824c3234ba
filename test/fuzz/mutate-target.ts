import { HOSTILE_SEGMENTS } from '../support/hostile-inputs.js';
import type { Choices } from './choices.js';
import type { Draft } from './draft.js';
import { encodeJson, percentEncode } from './encode-body.js';
import { damagedText, hostileText } from './hostile-texts.js';
import { mutateValue } from './mutate-value.js';

const TAILS = [
  '%',
  '%00',
  '%ff',
  '%2f',
  ';x',
  '/',
  '//',
  '/.',
  '/..',
  '/../../etc/passwd',
  '.php',
  '.json',
  '~',
  '%3Cscript%3E',
  '%C3%28',
  '%u0041',
  '#fragment',
  '?x#y',
  '\\',
  '|',
  '\u00e9',
  '"',
  '<',
  '{}',
  '%20',
  '*',
];

const ODD_VALUES = [
  '0000-01-01',
  '0000-06-01T00:00:00Z',
  '0001-01-01T00:00:00%2B14:00',
  '',
  '0',
  '-1',
  '1.5',
  '1e3',
  'NaN',
  '99999999999',
  '201',
  '%',
  '%00',
  '%ff',
  '%zz',
  '%ED%A0%80',
  '%F0%9F%92%A9',
  '+',
  '%20',
  '%E2%80%8B',
  '[]',
  'null',
  'undefined',
  'true',
  'false',
  "'",
  '%27%20OR%201%3D1',
  'a%0d%0ab',
  '%2525',
];

const ODD_NAMES = [
  'surprise',
  '__proto__',
  'constructor',
  'toString',
  '',
  '%00',
  '%ff',
  'limit[]',
  'q[a]',
  'a.b',
  '%5B%5D',
];

/** Another spelling of a segment, which should mean the same or nothing. */
const SPELLINGS: readonly ((segment: string) => string)[] = [
  (segment) => segment.toUpperCase(),
  (segment) => Array.from(segment, (letter) => `%${letter.charCodeAt(0).toString(16)}`).join(''),
  (segment) => `${segment}%20`,
  (segment) => `./${segment}`,
  (segment) => segment.repeat(2),
  (segment) => segment.slice(0, -1),
  (segment) => `${segment.slice(0, 3)}%2f${segment.slice(3)}`,
  (segment) => '%c3%a9'.repeat(30) + segment,
];

/** Damages the path: mostly the part that names a thing. @returns what was done in a word. */
export function mutatePath(draft: Draft, choices: Choices): string {
  const segments = draft.path.split('/');
  const at = choices.chance(0.7) ? segments.length - 1 : choices.between(1, segments.length - 1);
  const done = choices.weighted<'segment' | 'damage' | 'spelling' | 'tail' | 'flip' | 'long'>([
    [3, 'segment'],
    [2, 'damage'],
    [2, 'spelling'],
    [2, 'tail'],
    [2, 'flip'],
    [0.2, 'long'],
  ]);
  const segment = segments[at] ?? '';
  switch (done) {
    case 'segment':
      segments[at] = choices.pick(HOSTILE_SEGMENTS);
      break;
    case 'damage':
      segments[at] = percentEncode(damagedText(segment, choices).slice(0, 2000));
      break;
    case 'spelling':
      segments[at] = choices.pick(SPELLINGS)(segment);
      break;
    case 'tail':
      segments[at] = segment + choices.pick(TAILS);
      break;
    case 'flip':
      segments[at] = flipped(segment, choices);
      break;
    case 'long':
      segments[at] = segment.padEnd(choices.pick([100, 513, 4000, 17_000]), 'x');
      break;
  }
  draft.path = segments.join('/');
  return `path: ${done}`;
}

/** Damages the query. @returns what was done in a word. */
export function mutateQuery(draft: Draft, choices: Choices): string {
  const { query } = draft;
  const at = choices.between(0, Math.max(0, query.length - 1));
  const pair = query[at] ?? '';
  const [name = ''] = pair.split('=');
  if (name === 'cursor' && choices.chance(0.5)) {
    query[at] = `cursor=${forgedCursor(pair.slice(name.length + 1), choices)}`;
    return 'query: forged cursor';
  }
  const done = choices.weighted<
    'add' | 'odd value' | 'text' | 'repeat' | 'remove' | 'flip' | 'many'
  >([
    [2, 'add'],
    [3, 'odd value'],
    [3, 'text'],
    [1, 'repeat'],
    [1, 'remove'],
    [2, 'flip'],
    [0.2, 'many'],
  ]);
  switch (done) {
    case 'add':
      query.push(`${choices.pick(ODD_NAMES)}${choices.pick(['', '=', '=1', '==', '=a=b'])}`);
      break;
    case 'odd value':
      query[at] = `${name}=${choices.pick(ODD_VALUES)}`;
      break;
    case 'text': {
      const value = damagedText(decodeLeniently(pair.slice(name.length + 1)), choices);
      const text = choices.chance(0.5) ? hostileText(choices) : value;
      query[at] = `${name}=${percentEncode(text).slice(0, 4000)}`;
      break;
    }
    case 'repeat':
      query.push(pair, `${name}[]=1`);
      break;
    case 'remove':
      query.splice(at, 1);
      break;
    case 'flip':
      query[at] = `${name}=${flipped(pair.slice(name.length + 1), choices)}`;
      break;
    case 'many':
      query.push(...Array.from({ length: choices.pick([20, 300]) }, (_, n) => `f${n}=${n}`));
      break;
  }
  return `query: ${done}`;
}

/** A cursor of other values in the same coat: it is no secret how one is made. */
function forgedCursor(cursor: string, choices: Choices): string {
  let values: unknown;
  try {
    values = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    values = ['2026-11-23T09:30:00.000Z', '018f0000-0000-7000-8000-000000000000'];
  }
  const { body } = mutateValue(values, choices);
  return Buffer.from(encodeJson(body).slice(0, 3000), 'utf8').toString('base64url');
}

/** One letter of an id, a token or a cursor changed into its neighbour. */
function flipped(text: string, choices: Choices): string {
  if (text === '') return 'x';
  const at = choices.between(0, text.length - 1);
  const other = String.fromCharCode(text.charCodeAt(at) ^ choices.pick([1, 2, 4, 16, 32]));
  return text.slice(0, at) + (/[\w.~%-]/.test(other) ? other : '0') + text.slice(at + 1);
}

function decodeLeniently(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
