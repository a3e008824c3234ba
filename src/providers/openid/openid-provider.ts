import { Injectable } from '@nestjs/common';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  type Configuration as OpenIdClient,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
} from 'openid-client';
import { Configuration } from '../../platform/config/configuration.js';
import { OpenIdAway, OpenIdRefused } from './openid-errors.js';

/** For each request to the provider; the whole of a callback makes three at most. */
const TIMEOUT_SECONDS = 5;
/** What a provider says of itself is asked anew after this time. */
const DISCOVERED_MILLISECONDS = 60 * 60 * 1000;

/** What binds an answer of the provider to the question: each is used for one sign-in. */
export interface OpenIdSecrets {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE (RFC 7636). */
  readonly verifier: string;
}

/** Who signed in, as the provider has proved it. */
export interface OpenIdIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** Only where the provider says that it has verified it. */
  readonly verifiedEmail: string | undefined;
  /** How they signed in (RFC 8176). */
  readonly methods: readonly string[];
}

interface Discovered {
  readonly client: OpenIdClient;
  readonly until: number;
}

/**
 * The provider of identities by which organisers may sign in: OpenID Connect, authorization code
 * with PKCE. It is asked about itself at the first sign-in, so that the API starts without it.
 */
@Injectable()
export class OpenIdProvider {
  private discovered: Promise<Discovered> | undefined;

  constructor(private readonly configuration: Configuration) {}

  /** Whether there is one at all. */
  get isConfigured(): boolean {
    return this.configuration.environment.OIDC_ISSUER !== undefined;
  }

  /** Where a browser has to go. @throws OpenIdAway. */
  async authorizationUrl(secrets: OpenIdSecrets, redirectUri: string): Promise<URL> {
    const client = await this.client();
    return buildAuthorizationUrl(client, {
      redirect_uri: redirectUri,
      scope: 'openid email',
      state: secrets.state,
      nonce: secrets.nonce,
      code_challenge: await calculatePKCECodeChallenge(secrets.verifier),
      code_challenge_method: 'S256',
    });
  }

  /**
   * Exchanges what the provider sent a browser back with: state, then code, then signature, issuer, audience,
   * nonce and times of the ID token.
   *
   * @param callback the address that the browser came back to, with its query.
   * @throws OpenIdRefused, OpenIdAway.
   */
  async identify(callback: URL, secrets: OpenIdSecrets): Promise<OpenIdIdentity> {
    const client = await this.client();
    try {
      const tokens = await authorizationCodeGrant(client, callback, {
        expectedState: secrets.state,
        expectedNonce: secrets.nonce,
        pkceCodeVerifier: secrets.verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new OpenIdRefused('NO_ID_TOKEN');
      const { iss, sub, amr } = claims;
      const { email, email_verified: isVerified } = this.wantsUserInfo(client, claims)
        ? await fetchUserInfo(client, tokens.access_token, sub)
        : claims;
      return {
        issuer: iss,
        subject: sub,
        verifiedEmail: typeof email === 'string' && isVerified === true ? email : undefined,
        methods: Array.isArray(amr) ? amr.filter((method) => typeof method === 'string') : [],
      };
    } catch (error) {
      throw asOurs(error);
    }
  }

  /** Some tell the address in the token, some where they are asked with it. */
  private wantsUserInfo(client: OpenIdClient, claims: Readonly<Record<string, unknown>>): boolean {
    return (
      this.configuration.environment.OIDC_LINK_BY_EMAIL &&
      claims['email'] === undefined &&
      client.serverMetadata().userinfo_endpoint !== undefined
    );
  }

  private async client(): Promise<OpenIdClient> {
    this.discovered ??= this.discover();
    try {
      const { client, until } = await this.discovered;
      if (Date.now() < until) return client;
    } catch (error) {
      // Whoever comes next asks again.
      this.discovered = undefined;
      throw asOurs(error);
    }
    this.discovered = undefined;
    return this.client();
  }

  private async discover(): Promise<Discovered> {
    const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET } = this.configuration.environment;
    if (OIDC_ISSUER === undefined || OIDC_CLIENT_ID === undefined) {
      throw new Error('There is no provider of identities.');
    }
    const issuer = new URL(OIDC_ISSUER);
    const isPlain = issuer.protocol === 'http:' && !this.configuration.production;
    const client = await discovery(issuer, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, undefined, {
      timeout: TIMEOUT_SECONDS,
      // The signature of an ID token is checked although TLS has vouched for it already.
      execute: [enableNonRepudiationChecks, ...(isPlain ? [allowInsecureRequests] : [])],
    });
    return { client, until: Date.now() + DISCOVERED_MILLISECONDS };
  }
}

/** Codes of what failed on the way, or of what is no answer. */
const AWAY = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
]);

function asOurs(error: unknown): OpenIdAway | OpenIdRefused {
  if (error instanceof OpenIdAway || error instanceof OpenIdRefused) return error;
  const { name, code } = error as { name?: string; code?: unknown };
  const reason = typeof code === 'string' ? code : (name ?? 'unknown');
  // fetch says TypeError where it reached nobody.
  const isAway = AWAY.has(reason) || (error instanceof TypeError && code === undefined);
  const options = { cause: error };
  return isAway ? new OpenIdAway(reason, options) : new OpenIdRefused(reason, options);
}
