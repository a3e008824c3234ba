import { createHash, createHmac, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Configuration } from '../../platform/config/configuration.js';
import { type SignedLink, signedLink } from '../../platform/signed-link.js';
import { Clock } from '../../platform/time/clock.js';
import type { OpenIdSecrets } from '../../providers/openid/openid-provider.js';

/** For how long somebody may sit at the provider's page, in seconds. */
export const ATTEMPT_SECONDS = 600;
const RANDOM_BYTES = 16;
const TIME_BYTES = 6;
const COOKIE = 'branchline_openid';

/** A sign-in that a browser has begun and not ended. */
export interface OpenIdAttempt {
  /** Names it, and opens nothing. */
  readonly hash: Buffer;
  /** SHA-256 of what only the console knows that began it. */
  readonly challenge: Buffer;
  readonly secrets: OpenIdSecrets;
}

/**
 * Sign-ins by the provider that are under way. All that has to be remembered of one is in a signed
 * cookie of the browser that began it, so that a stranger's beginnings cost no row; state, nonce and
 * the verifier of PKCE follow from it by a key that the browser has not.
 */
@Injectable()
export class OpenIdAttempts {
  private readonly token: SignedLink;
  private readonly key: Buffer;
  /** With https no other host of the domain can plant one (RFC 6265bis, 4.1.3.2). */
  private readonly cookieName: string;
  private readonly isSecure: boolean;

  constructor(
    configuration: Configuration,
    private readonly clock: Clock,
  ) {
    const { LINK_SECRET } = configuration.environment;
    this.token = signedLink(LINK_SECRET, 'openid sign-in');
    this.key = createHmac('sha256', LINK_SECRET).update('branchline openid secrets').digest();
    this.isSecure = configuration.publicUrl.startsWith('https:');
    this.cookieName = this.isSecure ? `__Host-${COOKIE}` : COOKIE;
  }

  /** Begins one. @returns its secrets, and the `Set-Cookie` that keeps it. */
  begin(challenge: Buffer): { secrets: OpenIdSecrets; cookie: string } {
    const time = Buffer.alloc(TIME_BYTES);
    time.writeUIntBE(this.clock.now().getTime(), 0, TIME_BYTES);
    const token = this.token.sign(Buffer.concat([randomBytes(RANDOM_BYTES), time, challenge]));
    return { secrets: this.secretsOf(token), cookie: this.cookie(token, ATTEMPT_SECONDS) };
  }

  /** The one whose cookie is among those of a `Cookie` header; undefined for none, and after ten minutes. */
  find(cookies: string | undefined): OpenIdAttempt | undefined {
    const pairs = (cookies ?? '').split(';').map((pair) => pair.trim());
    const begin = `${this.cookieName}=`;
    const token = pairs.find((pair) => pair.startsWith(begin))?.slice(begin.length);
    const payload = token === undefined ? undefined : this.token.open(token);
    if (token === undefined || payload === undefined) return undefined;
    const begun = payload.readUIntBE(RANDOM_BYTES, TIME_BYTES);
    if (this.clock.now().getTime() - begun > ATTEMPT_SECONDS * 1000) return undefined;
    return {
      hash: createHash('sha256').update(token).digest(),
      challenge: payload.subarray(RANDOM_BYTES + TIME_BYTES),
      secrets: this.secretsOf(token),
    };
  }

  /** The `Set-Cookie` that ends it. */
  forget(): string {
    return this.cookie('', 0);
  }

  private secretsOf(token: string): OpenIdSecrets {
    const derived = (name: string) =>
      createHmac('sha256', this.key).update(`${name}:${token}`).digest('base64url');
    return { state: derived('state'), nonce: derived('nonce'), verifier: derived('verifier') };
  }

  /** Lax: the provider's page sends the browser back, which is another site's doing. */
  private cookie(value: string, seconds: number): string {
    const secure = this.isSecure ? '; Secure' : '';
    return `${this.cookieName}=${value}; Max-Age=${seconds}; Path=/; HttpOnly; SameSite=Lax${secure}`;
  }
}
