import { decodeUtf8 } from './json-body.js';
import type { Problem } from './problem.js';

/**
 * A name or value of a form or a query (`application/x-www-form-urlencoded`, WHATWG URL 5.1): `+`
 * is a space, and a percent sign that begins no byte stands for itself, as in browsers.
 *
 * @param invalid the problem to throw; default: the body is not valid UTF-8.
 * @throws Problem 400: the bytes behind the percent signs are not UTF-8.
 */
export function decodeComponent(component: string, invalid?: () => Problem): string {
  if (!component.includes('%')) return component.replaceAll('+', ' ');
  const spaced = Buffer.from(component.replaceAll('+', ' '), 'utf8');
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
