import { hostileBodies } from '../support/hostile-inputs.js';
import type { Choices } from './choices.js';
import type { DraftBody } from './draft.js';

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

const CONTENT_TYPES = [
  JSON_TYPE,
  FORM_TYPE,
  'text/plain',
  'application/xml',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-16',
  'application/json;charset=UTF-8',
  'application/JSON ; charset="utf8"',
  'application/json, text/html',
  'application/json;charset',
  `${JSON_TYPE}; charset=${'x'.repeat(500)}`,
  'application/merge-patch+json',
  'application/vnd.api+json',
  'application/x-ndjson',
  'json',
  '/',
  ';;;',
  ' ',
  `${FORM_TYPE}; charset=windows-1252`,
  `${FORM_TYPE};charset=utf-8;x=y`,
  '\u00ff\u00fe',
  'a'.repeat(2000),
  'application/json; boundary="',
  'application/octet-stream',
  'text/html; charset=utf-7',
];

/** What a name of a form may go on with: dots make objects of texts. */
const NAME_ENDS = [
  '.toString',
  '.valueOf',
  '.toLiquid',
  '.toJSON',
  '.length',
  '.size',
  '.then',
  '.trim',
  '.0',
  '.',
  '.__proto__.x',
  '.constructor.prototype.x',
  '.a.b.c.d.e',
  '.a.b.c.d.e.f.g',
  '[]',
  '[a]',
  '%00',
  '%ff',
];

/** All bodies that no route takes, for one place they can be taken from. */
const HOSTILE_BODIES = hostileBodies(
  { givenName: 'Sam', email: 'sam@example.org', consent: { privacyNotice: '2026-11' } },
  'givenName=Sam&email=sam@example.org&postcode=M14&consent.privacyNotice=1',
);

/** Damages a body as bytes, or its content type. @returns what was done in a word. */
export function mutateBody(body: DraftBody, choices: Choices): string {
  const done = choices.weighted<keyof typeof MUTATIONS>([
    [3, 'other body'],
    [2, 'other type'],
    [1, 'no type'],
    [2, 'cut'],
    [1, 'doubled'],
    [3, 'odd bytes'],
    [1, 'other encoding'],
    [1, 'padded'],
    [2, 'odd name'],
    [0.3, 'huge'],
  ]);
  MUTATIONS[done](body, choices);
  return `body: ${done}`;
}

const MUTATIONS = {
  'other body': (body: DraftBody, choices: Choices): void => {
    const hostile = choices.pick(HOSTILE_BODIES);
    body.type = hostile.type;
    body.bytes = Buffer.from(hostile.body);
  },
  'other type': (body: DraftBody, choices: Choices): void => {
    body.type = choices.pick(CONTENT_TYPES);
  },
  'no type': (body: DraftBody): void => {
    body.type = undefined;
  },
  cut: (body: DraftBody, choices: Choices): void => {
    body.bytes = body.bytes.subarray(0, choices.between(0, body.bytes.length));
  },
  doubled: (body: DraftBody, choices: Choices): void => {
    const between = choices.pick(['', ',', '\n', '&', '\0']);
    body.bytes = Buffer.concat([body.bytes, Buffer.from(between), body.bytes]);
  },
  'odd bytes': (body: DraftBody, choices: Choices): void => {
    const bytes = Buffer.from(body.bytes);
    for (let count = choices.between(1, 4); count > 0 && bytes.length > 0; count -= 1) {
      bytes[choices.between(0, bytes.length - 1)] = choices.pick([
        0,
        0x22,
        0x5c,
        0x7b,
        0x80,
        0xc0,
        0xed,
        0xff,
        0x25,
        0x26,
        choices.between(0, 255),
      ]);
    }
    body.bytes = bytes;
  },
  'other encoding': (body: DraftBody, choices: Choices): void => {
    const text = body.bytes.toString('utf8');
    body.bytes = Buffer.from(
      choices.chance(0.2) ? `\ufeff${text}` : text,
      choices.pick(['utf16le', 'latin1', 'base64', 'utf8'] as const),
    );
  },
  padded: (body: DraftBody, choices: Choices): void => {
    const padding = choices
      .pick([' ', '\n', '\t', '\ufeff', '\0', '&'])
      .repeat(choices.pick([1, 100, 30_000]));
    const parts = [body.bytes, Buffer.from(padding)];
    body.bytes = Buffer.concat(choices.chance(0.5) ? parts : parts.reverse());
  },
  'odd name': (body: DraftBody, choices: Choices): void => {
    const names = body.bytes.toString('utf8').match(/(?<=^|&)[\w.]+(?==)/g) ?? [];
    const name = choices.pick(names.length === 0 ? ['givenName', 'outcome'] : names);
    const field = `${name}${choices.pick(NAME_ENDS)}=${choices.pick(['x', '', 'on', '1'])}`;
    const pairs = [body.bytes.toString('latin1'), field];
    body.bytes = Buffer.from((choices.chance(0.5) ? pairs : pairs.reverse()).join('&'), 'latin1');
  },
  /** Around the limit of 64 KiB, and far above it. */
  huge: (body: DraftBody, choices: Choices): void => {
    const length = choices.pick([65_535, 65_536, 65_537, 70_000, 300_000]);
    body.bytes = Buffer.concat([
      body.bytes,
      Buffer.alloc(Math.max(0, length - body.bytes.length), 0x20),
    ]);
  },
};
