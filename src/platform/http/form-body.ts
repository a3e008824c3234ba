import { decodeUtf8 } from './json-body.js';
import { decodeComponent } from './percent-decoding.js';
import { notParseable } from './standard-problems.js';

/** More fields than any form of ours has, and few enough to walk through. */
export const MAXIMUM_FORM_FIELDS = 200;

const MAXIMUM_NAME_PARTS = 6;
const DANGEROUS_PARTS = new Set(['__proto__', 'prototype', 'constructor', '']);

/** What a form body becomes: texts, lists of texts, and objects of them for dotted names. */
export interface FormBody {
  [name: string]: string | string[] | FormBody;
}

const formBodies = new WeakSet<object>();

/** Whether a body came as a form post: unknown names are ignored, `on` means true. */
export function isFormBody(body: unknown): body is FormBody {
  return typeof body === 'object' && body !== null && formBodies.has(body);
}

/**
 * A form body (`application/x-www-form-urlencoded`, WHATWG URL 5.1) from its bytes. Dotted names
 * become objects (`consent.email=on`), repeated names lists, blanks are taken as absent, names
 * that would reach a prototype are dropped as unknown. Where a name is used both for a text and
 * as the beginning of dotted names, the dotted ones stay.
 *
 * @throws Problem 400: not UTF-8, also behind the percent signs, or more than 200 fields.
 */
export function parseFormBody(bytes: Uint8Array): FormBody {
  const body: FormBody = {};
  formBodies.add(body);
  const text = decodeUtf8(bytes);
  const pairs = text.split('&', MAXIMUM_FORM_FIELDS + 1);
  if (pairs.length > MAXIMUM_FORM_FIELDS) {
    throw notParseable(`A form may have at most ${MAXIMUM_FORM_FIELDS} fields.`, 'too_many_fields');
  }
  for (const pair of pairs) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decodeComponent(equals < 0 ? pair : pair.slice(0, equals));
    const value = decodeComponent(equals < 0 ? '' : pair.slice(equals + 1));
    if (value.trim() !== '') put(body, name.split('.'), value);
  }
  return body;
}

function put(body: FormBody, parts: string[], value: string): void {
  if (parts.length > MAXIMUM_NAME_PARTS || parts.some((part) => DANGEROUS_PARTS.has(part))) return;
  const last = parts.pop() as string;
  let target = body;
  for (const part of parts) {
    const present = Object.hasOwn(target, part) ? target[part] : undefined;
    if (present === undefined || typeof present === 'string' || Array.isArray(present)) {
      target = target[part] = {};
    } else {
      target = present;
    }
  }
  const present = Object.hasOwn(target, last) ? target[last] : undefined;
  if (present === undefined) target[last] = value;
  else if (typeof present === 'string') target[last] = [present, value];
  else if (Array.isArray(present)) present.push(value);
}
