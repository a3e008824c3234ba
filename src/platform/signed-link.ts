import { createHmac, timingSafeEqual } from 'node:crypto';

/** Bytes of the signature in a token: 128 bits, which nobody guesses over HTTP. */
const SIGNATURE_BYTES = 16;

/** Longest token that is looked at; ours have some fifty characters. */
const MAXIMUM_TOKEN_LENGTH = 256;

/** Makes and opens the tokens of links that carry their own authority. */
export interface SignedLink {
  /** The token for a payload: base64url, fit for a path without further encoding. */
  sign(payload: Uint8Array): string;
  /** The payload, or undefined when the token was not made here for this purpose. */
  open(token: string): Buffer | undefined;
}

/**
 * Tokens signed with HMAC-SHA256 (RFC 2104), cut to 16 bytes.
 *
 * @param secret the installation's LINK_SECRET.
 * @param purpose what the links are for (`duty`, `confirmation`): a token of one purpose never opens
 * as another, because each purpose signs with a key of its own.
 */
export function signedLink(secret: string, purpose: string): SignedLink {
  const key = createHmac('sha256', secret).update(`branchline signed link: ${purpose}`).digest();
  const signatureOf = (payload: Uint8Array): Buffer =>
    createHmac('sha256', key).update(payload).digest().subarray(0, SIGNATURE_BYTES);

  return {
    sign: (payload) => Buffer.concat([payload, signatureOf(payload)]).toString('base64url'),
    open: (token) => {
      if (token.length > MAXIMUM_TOKEN_LENGTH) return undefined;
      const bytes = Buffer.from(token, 'base64url');
      // Decoding skips what is not base64url; a token has one spelling, or logs and limits that go
      // by the token would see many.
      if (bytes.length <= SIGNATURE_BYTES || bytes.toString('base64url') !== token)
        return undefined;
      const payload = bytes.subarray(0, -SIGNATURE_BYTES);
      const signature = bytes.subarray(-SIGNATURE_BYTES);
      return timingSafeEqual(signature, signatureOf(payload)) ? payload : undefined;
    },
  };
}
