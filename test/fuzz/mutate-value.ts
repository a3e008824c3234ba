import { NOT_TEXTS } from '../support/hostile-inputs.js';
import type { Choices } from './choices.js';
import { RawJson, encodeJson } from './encode-body.js';
import { damagedText, hostileText } from './hostile-texts.js';

/** What stands in a list or an object, with the way to put something else there. */
interface Place {
  readonly value: unknown;
  put(value: unknown): void;
  /** Takes it out of its object or list. */
  remove(): void;
}

const NUMBERS = [
  '1e999',
  '-1e999',
  '1E-400',
  '-0',
  '0.1',
  '1.0',
  '12345678901234567890123',
  '9007199254740993',
  '2147483648',
  '-2147483649',
  '32768',
  '101',
  '-1',
  '1e2',
].map((json) => new RawJson(json));

const NO_JSON = [
  'NaN',
  'Infinity',
  'undefined',
  '01',
  "'a'",
  '+1',
  '.5',
  '0x10',
  '"\\x41"',
  '"\t"',
  '',
].map((json) => new RawJson(json));

/** What a lengthened body may hold; far more than any limit of the application's. */
const MOST_PLACES = 10_000;

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'length',
  '$ne',
  'surprise',
  '',
  ' ',
  '0',
  'a.b',
  '\u0000',
  '\ud800',
  'é',
  'givenname',
  'x'.repeat(3000),
  'id',
  'toJSON',
  'toLiquid',
  'valueOf',
  'size',
];

/**
 * A copy of a body with one place damaged, or the whole of it.
 *
 * @returns the body, and what was done in a word.
 */
export function mutateValue(body: unknown, choices: Choices): { body: unknown; done: string } {
  const root = { body: copyOf(body) };
  const [whole, ...parts] = placesOf(root) as [Place, ...Place[]];
  const isWhole = choices.chance(0.08) || parts.length === 0;
  const chosen = isWhole ? whole : choices.pick(parts);
  const done = choices.weighted<keyof typeof MUTATIONS>([
    [5, 'damage'],
    [3, 'replace'],
    [2, 'mistype'],
    [2, 'remove'],
    [1, 'number'],
    [1, 'wrap'],
    [1, 'deepen'],
    [1, 'lengthen'],
    [2, 'add'],
    [1, 'repeat'],
    [0.5, 'break'],
  ]);
  MUTATIONS[done](chosen, choices);
  return { body: root.body, done: `value: ${done}` };
}

const MUTATIONS = {
  damage: (place: Place, choices: Choices): void =>
    place.put(
      typeof place.value === 'string' ? damagedText(place.value, choices) : hostileText(choices),
    ),
  replace: (place: Place, choices: Choices): void => place.put(hostileText(choices)),
  mistype: (place: Place, choices: Choices): void => place.put(choices.pick(NOT_TEXTS)[1]),
  remove: (place: Place): void => place.remove(),
  number: (place: Place, choices: Choices): void => place.put(choices.pick(NUMBERS)),
  wrap: (place: Place, choices: Choices): void =>
    place.put(choices.chance(0.5) ? [place.value, place.value] : { value: place.value }),
  deepen: (place: Place, choices: Choices): void => {
    const levels = choices.pick([2, 10, 31, 32, 33, 100, 5000]);
    const [open, close] = choices.pick([
      ['[', ']'],
      ['{"a":', '}'],
    ] as const);
    place.put(new RawJson(open.repeat(levels) + encodeJson(place.value) + close.repeat(levels)));
  },
  lengthen: (place: Place, choices: Choices): void => {
    const length = choices.pick([5, 21, 200, 5000]);
    // One long list within another would soon be longer than any memory.
    const size = 1 + (isHolder(place.value) ? placesOf(place.value).length : 0);
    const most = Math.max(1, Math.floor(MOST_PLACES / size));
    place.put(Array.from({ length: Math.min(length, most) }, () => place.value));
  },
  /** A field more: unknown, dangerous, or one of an object's own. */
  add: (place: Place, choices: Choices): void => {
    const name = JSON.stringify(choices.pick(NAMES));
    const value = encodeJson(choices.pick([1, 'x', null, {}, { admin: true }, { prototype: {} }]));
    place.put(withEntry(place.value, `${name}:${value}`, choices));
  },
  /** One name twice: parsers disagree which one counts. */
  repeat: (place: Place, choices: Choices): void => {
    const entries = isObject(place.value) ? Object.entries(place.value) : [];
    if (entries.length === 0) return place.put([place.value, place.value]);
    const [name, value] = choices.pick(entries);
    const other = choices.pick([value, null, 'other', 7]);
    place.put(withEntry(place.value, `${JSON.stringify(name)}:${encodeJson(other)}`, choices));
  },
  break: (place: Place, choices: Choices): void => place.put(choices.pick(NO_JSON)),
};

function withEntry(value: unknown, entry: string, choices: Choices): RawJson {
  const json = encodeJson(value);
  if (!isObject(value) || json === '{}') return new RawJson(`{${entry}}`);
  return new RawJson(
    choices.chance(0.5) ? `{${entry},${json.slice(1)}` : `${json.slice(0, -1)},${entry}}`,
  );
}

/** Every place below a holder, the holder's own entries first. */
function placesOf(holder: object): Place[] {
  return Object.entries(holder).flatMap(([key, value]: [string, unknown]) => [
    {
      value,
      put: (other: unknown) => void Reflect.set(holder, key, other),
      remove: () => {
        if (Array.isArray(holder)) holder.splice(Number(key), 1);
        else Reflect.deleteProperty(holder, key);
      },
    },
    ...(isHolder(value) ? placesOf(value) : []),
  ]);
}

/** What stands in several places becomes as many things: a change means one of them. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, copyOf(entry)]));
}

function isHolder(value: unknown): value is object {
  return isObject(value) || Array.isArray(value);
}

function isObject(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof RawJson)
  );
}
