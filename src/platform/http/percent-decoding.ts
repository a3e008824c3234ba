import { decodeUtf8 } from './json-body.js';
import type { Problem } from './problem.js';

/** Every percent sign begins a byte below 0x80, and no character is half of one. */
const ASCII_ESCAPES = /^(?:[\x20-\x24\x26-\x7e]|%[0-7][0-9A-Fa-f])*$/;

/**
 * A name or value of a form or a query (`application/x-www-form-urlencoded`, WHATWG URL 5.1): `+`
 * is a space, and a percent sign that begins no byte stands for itself, as in browsers.
 *
 * @param invalid the problem to throw; default: the body is not valid UTF-8.
 * @throws Problem 400: the bytes behind the percent signs are not UTF-8.
 */
export function decodeComponent(component: string, invalid?: () => Problem): string {
  const withSpaces = component.replaceAll('+', ' ');
  if (!withSpaces.includes('%')) return withSpaces;
  // Nearly all are escapes of ASCII alone, which the language decodes sooner.
  if (ASCII_ESCAPES.test(withSpaces)) return decodeURIComponent(withSpaces);
  const spaced = Buffer.from(withSpaces, 'utf8');
  const bytes = Buffer.alloc(spaced.length);
  let length = 0;
  for (let index = 0; index < spaced.length; index++) {
    const byte = spaced[index] as number;
    const hex = byte === 0x25 ? spaced.toString('latin1', index + 1, index + 3) : '';
    if (/^[0-9A-Fa-f]{2}$/.test(hex)) {
      bytes[length++] = Number.parseInt(hex, 16);
      index += 2;
    } else {
      bytes[length++] = byte;
    }
  }
  return decodeUtf8(bytes.subarray(0, length), invalid);
}
