import { createHash } from 'node:crypto';
import { Problem } from './problem.js';

/** 422: the same key came with another input. */
export class IdempotencyKeyReused extends Problem {
  constructor() {
    const message = 'Use a new, random key for everything new that you send.';
    super({
      status: 422,
      code: 'idempotency_key_reused',
      title: 'This Idempotency-Key was used for something else',
      detail: message,
      errors: [{ path: 'Idempotency-Key', code: 'idempotency_key_reused', message }],
    });
  }
}

/** 409: the first request with this key has not ended yet. */
export class RequestInProgress extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'request_in_progress',
      title: 'The first request with this key is still running',
      detail: 'Wait a moment and send it again with the same key.',
      headers: { 'Retry-After': '1' },
    });
  }
}

/** 422: the key itself is malformed. */
export class InvalidIdempotencyKey extends Problem {
  constructor() {
    const message = 'An Idempotency-Key has 1 to 255 printable ASCII characters.';
    super({
      status: 422,
      code: 'invalid_input',
      title: 'Some of the input needs to be put right',
      detail: message,
      errors: [{ path: 'Idempotency-Key', code: 'invalid_idempotency_key', message }],
    });
  }
}

/** @throws InvalidIdempotencyKey */
export function refuseMalformedKey(key: string): void {
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) throw new InvalidIdempotencyKey();
}

/** What a request with a key is known by, as SHA-256 in hexadecimal. */
export interface RequestFingerprint {
  readonly keyHash: string;
  readonly inputHash: string;
}

/**
 * What a request is compared by: its key and its checked input.
 *
 * @throws InvalidIdempotencyKey
 */
export function requestFingerprint(key: string, input: object): RequestFingerprint {
  refuseMalformedKey(key);
  return { keyHash: sha256(key), inputHash: inputHash(input) };
}

/** The same for the same checked input, whatever the order of its fields. */
export function inputHash(input: object): string {
  return sha256(canonicalJson(input));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** JSON with the members of every object in the order of their names. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  );
}
