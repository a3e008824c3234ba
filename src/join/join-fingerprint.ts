import { createHmac } from 'node:crypto';
import { inputHash, requestFingerprint } from '../platform/http/idempotency.js';

/** How long a keyed answer is kept (the contract: 24 hours at least), in seconds. */
const KEYED_LIFETIME_SECONDS = 24 * 3600;
/** For how long the same post without a key is the same submission (double clicks), in seconds. */
const REPEAT_LIFETIME_SECONDS = 10 * 60;

/** Under which lock and key a join is taken, and what it is compared by; hashes in hexadecimal. */
export interface JoinFingerprint {
  scope: string;
  key_hash: string;
  input_hash: string;
  may_wait: boolean;
  lifetime_seconds: number;
}

/**
 * With an `Idempotency-Key` the key decides, in the scope of the form and of the server that posts
 * for its visitors. Without one, the content
 * itself is the key for ten minutes: a double click, or a cached page sent again.
 */
export function joinFingerprint(
  formId: string,
  input: object,
  idempotencyKey: string | undefined,
  apiKeyId?: string | null,
): JoinFingerprint {
  if (idempotencyKey === undefined) {
    const content = inputHash(input);
    return {
      scope: `join-repeat:${formId}`,
      key_hash: content,
      input_hash: content,
      may_wait: true,
      lifetime_seconds: REPEAT_LIFETIME_SECONDS,
    };
  }
  const fingerprint = requestFingerprint(idempotencyKey, input);
  return {
    scope: apiKeyId == null ? `join:${formId}` : `join:${formId}:${apiKeyId}`,
    key_hash: fingerprint.keyHash,
    input_hash: fingerprint.inputHash,
    may_wait: false,
    lifetime_seconds: KEYED_LIFETIME_SECONDS,
  };
}

/** A keyed hash, so that a table of recipients cannot be searched for an address from outside. */
export function recipientHash(secret: string, recipient: string): Buffer {
  return createHmac('sha256', secret).update(`recipient:${recipient}`).digest();
}
