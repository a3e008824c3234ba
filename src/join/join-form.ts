import { Injectable } from '@nestjs/common';
import { Configuration } from '../platform/config/configuration.js';
import { originMatcher } from '../platform/http/cors.js';

/** Version of the consent sentences on the hosted form; a change of their words changes it. */
const WORDING_VERSION = 'join-2026-11';

/** The one join form of this installation, from configuration: who may post it, and what follows. */
@Injectable()
export class JoinForm {
  readonly id: string;
  readonly wordingVersion = WORDING_VERSION;
  readonly privacyNoticeVersion: string;
  /** Where a form post goes after success. */
  readonly thankYouUrl: string;
  /** Origins that the browser must be allowed to be sent on to. */
  readonly thankYouOrigin: string | undefined;
  private readonly ownOrigin: string;
  private readonly isListed: (origin: string) => boolean;

  /** @throws Error when the thank-you page does not lie on an allowed origin. */
  constructor(configuration: Configuration) {
    const { environment, publicUrl, production } = configuration;
    this.ownOrigin = new URL(publicUrl).origin;
    const anyLoopback = production ? [] : ['http://localhost:*', 'http://127.0.0.1:*'];
    this.isListed = originMatcher([
      this.ownOrigin,
      ...environment.JOIN_FORM_ORIGINS,
      ...anyLoopback,
    ]);
    this.id = environment.JOIN_FORM_ID;
    this.privacyNoticeVersion = environment.PRIVACY_NOTICE_VERSION;
    this.thankYouUrl = environment.JOIN_FORM_THANK_YOU_URL ?? '/join/thanks';
    if (environment.JOIN_FORM_THANK_YOU_URL !== undefined) {
      this.thankYouOrigin = new URL(environment.JOIN_FORM_THANK_YOU_URL).origin;
      if (!this.isListed(this.thankYouOrigin)) {
        throw new Error('JOIN_FORM_THANK_YOU_URL must lie on one of JOIN_FORM_ORIGINS.');
      }
    }
  }

  /**
   * Whether a page of this origin may post the form. One that we served ourselves may.
   *
   * @param host the request's Host header.
   */
  allows(origin: string, host: string | undefined): boolean {
    return this.isListed(origin) || this.isOwn(origin, host);
  }

  /** Whether we served the page ourselves, under whatever name the visitor reached us. */
  isOwn(origin: string, host: string | undefined): boolean {
    if (origin === this.ownOrigin) return true;
    return URL.canParse(origin) && host !== undefined && new URL(origin).host === host;
  }
}
