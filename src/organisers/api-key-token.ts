import { createHash, randomBytes } from 'node:crypto';
import { bearerTokenOf } from './bearer-token.js';

/** Tells a key from the token of a session, and makes a leaked one easy to find. */
const PREFIX = 'blk_';
const SHAPE = /^blk_[A-Za-z0-9_-]{43}$/;
/** What stays to be seen of a key: 48 of its 256 random bits, by which people tell keys apart. */
const VISIBLE_LENGTH = PREFIX.length + 8;

/** A new key: 256 random bits. It is shown once and kept only as its hash. */
export function makeApiKeyToken(): string {
  return PREFIX + randomBytes(32).toString('base64url');
}

/** What is stored of a key. SHA-256 is enough: nobody can guess 256 random bits. */
export function hashApiKeyToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** The part of a key that stays visible. */
export function visiblePrefix(token: string): string {
  return token.slice(0, VISIBLE_LENGTH);
}

/** The key of an `Authorization` header (RFC 6750, 2.1); undefined for anything else. */
export function apiKeyTokenOf(authorization: string | undefined): string | undefined {
  const token = bearerTokenOf(authorization);
  return token !== undefined && SHAPE.test(token) ? token : undefined;
}
