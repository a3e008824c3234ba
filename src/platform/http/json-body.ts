import { Problem } from './problem.js';
import { notParseable } from './standard-problems.js';

/** Deeper JSON than this is not read; no schema of ours is half as deep. */
export const MAXIMUM_JSON_DEPTH = 32;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * Strict UTF-8; a byte order mark is skipped (RFC 8259, 8.1).
 *
 * @throws Problem 400 for anything else: `invalid`, or by default that the body is not UTF-8.
 */
export function decodeUtf8(bytes: Uint8Array, invalid: () => Problem = bodyNotUtf8): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw invalid();
  }
}

function bodyNotUtf8(): Problem {
  return notParseable('The body is not valid UTF-8.', 'invalid_utf8');
}

/**
 * A JSON body from its bytes.
 *
 * @throws Problem 400: empty, not UTF-8, not JSON, nested deeper than 32, or with a name that
 * would reach an object's prototype (`__proto__`, `constructor` holding `prototype`).
 */
export function parseJsonBody(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes);
  if (text.trim() === '') throw notParseable('The body is empty; it must be a JSON object.');
  // Before parsing: a recursive walk over what a few kilobytes of "[" become must not be needed.
  if (nestingOf(text) > MAXIMUM_JSON_DEPTH) {
    throw notParseable(
      `The JSON is nested deeper than ${MAXIMUM_JSON_DEPTH} levels.`,
      'nested_too_deeply',
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw notParseable('The body is not valid JSON.');
  }
  refusePrototypeNames(value);
  return value;
}

/** Depth of brackets outside strings; right for valid JSON, and invalid JSON fails afterwards. */
function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index);
    if (inString) {
      if (character === 0x5c) index++;
      else if (character === 0x22) inString = false;
    } else if (character === 0x22) inString = true;
    else if (character === 0x7b || character === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (character === 0x7d || character === 0x5d) depth--;
  }
  return deepest;
}

function refusePrototypeNames(value: unknown): void {
  if (value === null || typeof value !== 'object') return;
  if (!Array.isArray(value)) {
    const made: unknown = Object.getOwnPropertyDescriptor(value, 'constructor')?.value;
    const holdsPrototype =
      typeof made === 'object' && made !== null && Object.hasOwn(made, 'prototype');
    if (Object.hasOwn(value, '__proto__') || holdsPrototype) {
      throw new Problem({
        status: 400,
        code: 'forbidden_name',
        title: 'The request could not be read',
        detail: 'The names “__proto__” and “constructor.prototype” are not taken.',
      });
    }
  }
  for (const entry of Object.values(value)) refusePrototypeNames(entry);
}
