import type { z } from 'zod';
import type { Configuration } from '../../platform/config/configuration.js';
import { originMatcher } from '../../platform/http/cors.js';
import type { JoinInput } from '../join.schemas.js';
import { joinSchemaWith } from '../join.schemas.js';
import { answersSchema } from './form-answers.js';
import type { Question } from './form-questions.js';

/** Version of the consent sentences on the hosted form; a change of their words changes it. */
const WORDING_VERSION = 'join-2026-11';

/** Where what joined through a form came from, unless the post says so itself. */
export type SourceDefaults = Pick<
  NonNullable<JoinInput['source']>,
  'campaign' | 'utmSource' | 'utmMedium' | 'utmCampaign'
>;

/** What a form is made of. */
export interface FormDefinition {
  /** As posts name it: `formId`. */
  readonly id: string;
  /** Null of the installation's own form, which is in the settings. */
  readonly version: number | null;
  readonly name: string | null;
  /** Whose it is; null: the national office's. */
  readonly unitId: string | null;
  readonly origins: readonly string[];
  readonly thankYouUrl: string | null;
  readonly sourceDefaults: SourceDefaults;
  readonly questions: readonly Question[];
  /** Whether it asks for proof of work. */
  readonly asksChallenge: boolean;
  readonly isClosed: boolean;
}

/** A join form: who may post it, what it asks, and what follows. */
export class Form {
  readonly id: string;
  readonly version: number | null;
  readonly name: string | null;
  readonly unitId: string | null;
  readonly sourceDefaults: SourceDefaults;
  readonly questions: readonly Question[];
  readonly asksChallenge: boolean;
  readonly isClosed: boolean;
  readonly wordingVersion = WORDING_VERSION;
  readonly privacyNoticeVersion: string;
  /** Where a form post goes after success. */
  readonly thankYouUrl: string;
  /** Origins that the browser must be allowed to be sent on to. */
  readonly thankYouOrigin: string | undefined;
  private readonly ownOrigin: string;
  private readonly isListed: (origin: string) => boolean;
  private checkedBy: z.ZodType<JoinInput> | undefined;

  constructor(definition: FormDefinition, configuration: Configuration) {
    const { environment, publicUrl, production } = configuration;
    this.id = definition.id;
    this.version = definition.version;
    this.name = definition.name;
    this.unitId = definition.unitId;
    this.sourceDefaults = definition.sourceDefaults;
    this.questions = definition.questions;
    this.asksChallenge = definition.asksChallenge;
    this.isClosed = definition.isClosed;
    this.privacyNoticeVersion = environment.PRIVACY_NOTICE_VERSION;
    this.ownOrigin = new URL(publicUrl).origin;
    const anyLoopback = production ? [] : ['http://localhost:*', 'http://127.0.0.1:*'];
    this.isListed = originMatcher([this.ownOrigin, ...definition.origins, ...anyLoopback]);
    const { thankYouUrl } = definition;
    const thankYouOrigin = thankYouUrl === null ? undefined : new URL(thankYouUrl).origin;
    // An address that has come to lie on no allowed origin is none.
    const isAllowed = thankYouOrigin !== undefined && this.isListed(thankYouOrigin);
    this.thankYouOrigin = isAllowed ? thankYouOrigin : undefined;
    this.thankYouUrl = isAllowed && thankYouUrl !== null ? thankYouUrl : '/join/thanks';
  }

  /** What a post of this form is checked by; made when it is first asked for. */
  get schema(): z.ZodType<JoinInput> {
    return (this.checkedBy ??= joinSchemaWith(answersSchema(this.questions)));
  }

  /** Whether it is the one of the settings. */
  get isOwnForm(): boolean {
    return this.version === null;
  }

  /** The address of the hosted form, from the site's root. */
  get path(): string {
    return this.isOwnForm ? '/join' : `/join/${this.id}`;
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
