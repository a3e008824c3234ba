import { createHash, randomBytes } from 'node:crypto';
import { bearerTokenOf } from './bearer-token.js';

/** Tells a session's token from an API key, and makes a leaked one easy to find. */
const PREFIX = 'bls_';
const SHAPE = /^bls_[A-Za-z0-9_-]{43}$/;

/** A new token: 256 random bits. It is shown once and kept only as its hash. */
export function makeSessionToken(): string {
  return PREFIX + randomBytes(32).toString('base64url');
}

/** What is stored of a token. SHA-256 is enough: nobody can guess 256 random bits. */
export function hashSessionToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** The session token of an `Authorization` header (RFC 6750, 2.1); undefined for anything else. */
export function sessionTokenOf(authorization: string | undefined): string | undefined {
  const token = bearerTokenOf(authorization);
  return token !== undefined && SHAPE.test(token) ? token : undefined;
}
