import { INJECTIONS, UNSTORABLE_TEXTS } from '../support/hostile-inputs.js';
import type { Choices } from './choices.js';

/** What a page must never contain: an element of ours, and what our template would compute. */
export const MARKER_ELEMENT = '<fuzz-marker x=1>';
export const MARKER_TEMPLATE = '{{ 9973 | times: 9967 }}{% assign x = 1 %}';
/** 9973 times 9967: nobody sends it, so it shows that something was computed. */
export const MARKER_COMPUTED = '99400891';

/** Characters that something on the way may trip over. */
const ODD_CHARACTERS = [
  ...Array.from('\u0000\u0001\u0007\u0008\u000b\u001b\u007f\u0080\u009f\u00a0\u00ad\u061c\u180e'),
  ...Array.from('\u200b\u200d\u200e\u202e\u2028\u2066\u2800\u3164\ufeff\ufffd\uffff\uff07\uff1c'),
  '\ud800',
  '\udfff',
  '\udc00\ud800',
  '\u{10ffff}',
  '\u{e0001}',
  '\u{1f4a9}',
  'e\u0301',
  'İ',
  'ß',
  'ﬃ',
  '\u1e9e',
  '\u0130\u0307',
  '\r\n',
  '\n',
  '\t',
  "'",
  '"',
  '`',
  '\\',
  '%',
  '_',
  '$1',
  '{{',
  '%}',
  '&',
  '<',
  '@',
  ',',
  ';',
  '=',
  '..',
  '/',
  ' ',
];

/** What PostgreSQL keeps in no text. */
const UNSTORABLE_CHARACTERS = ['\u0000', '\ud800', '\udfff', '\udc00\ud800'];

const WHOLE_TEXTS = [
  ...UNSTORABLE_TEXTS.map(([, text]) => text),
  ...INJECTIONS,
  MARKER_ELEMENT,
  MARKER_TEMPLATE,
  '',
  ' ',
  '\u3000',
  '\u200b\u200b',
  'null',
  'true',
  'NaN',
  '-Infinity',
  '0x10',
  '1e309',
  '-0',
  '__proto__',
  'constructor',
  'toString',
  '[object Object]',
  '[]',
  '{}',
  'a\r\nX-Injected: 1',
  '\r\n\r\n',
  '0000-00-00',
  '2026-02-30',
  '2026-13-01',
  '10000-01-01',
  '-000001-01-01T00:00:00Z',
  '2026-11-23T24:00:00Z',
  '1999-12-31T23:59:60Z',
  '2026-11-23T09:30:00+99:99',
  '294277-01-01',
  '-infinity',
  'now',
  'epoch',
  'allballs',
  '99999999999999999999',
  '-1',
  '1.5',
  '1_000',
  '٣',
  '１２',
  '1e3',
  '+1',
  ' 1',
  '2147483648',
  '9223372036854775808',
  '018f0000-0000-7000-8000-000000000000',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  'a@b',
  '@',
  'a@b.c@d.e',
  'a'.repeat(65) + '@example.org',
  'x@' + 'a.'.repeat(120) + 'org',
  '"a b"@example.org',
  'a@[127.0.0.1]',
  '+',
  '+' + '9'.repeat(39),
  '0'.repeat(40),
  '(((((((((((((((((((',
  'ext. 1 ext. 2',
  '07700 900123;ext=1',
  'tel:+44',
  // What backtracks without end in a careless pattern.
  'a'.repeat(5000) + '!',
  ' '.repeat(20_000) + 'x',
  '.'.repeat(5000) + '@',
  'M1'.repeat(2500),
  '-'.repeat(30_000) + '\u0000',
  '\u0301'.repeat(2000),
  '\ufdfa'.repeat(1500),
  '\u200d'.repeat(5000),
  'ß'.repeat(100),
  '👩‍👩‍👧'.repeat(400),
];

/** A text that nobody of good will would type. */
export function hostileText(choices: Choices): string {
  return choices.pick(WHOLE_TEXTS);
}

/** The same text, damaged. */
export function damagedText(text: string, choices: Choices): string {
  const at = choices.between(0, text.length);
  const odd = choices.pick(choices.chance(0.2) ? UNSTORABLE_CHARACTERS : ODD_CHARACTERS);
  return choices.weighted<() => string>([
    [6, () => text.slice(0, at) + odd + text.slice(at)],
    [2, () => text.slice(0, at)],
    [1, () => text + text],
    [1, () => text.toUpperCase()],
    [1, () => text.normalize('NFD')],
    [1, () => text.split('').reverse().join('')],
    [1, () => ` ${text}\u00a0`],
    [1, () => odd.repeat(choices.between(1, 300))],
    [
      1,
      () => text.repeat(Math.min(choices.between(2, 200), Math.ceil(40_000 / (text.length + 1)))),
    ],
    [
      1,
      () =>
        text.slice(0, at) + String.fromCharCode(choices.between(0, 0xffff)) + text.slice(at + 1),
    ],
  ])();
}
