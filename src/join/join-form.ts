import { Injectable } from '@nestjs/common';
import { Configuration } from '../platform/config/configuration.js';
import { Form } from './forms/form.js';

/** The installation's own form, out of the settings: that of a post which names none. */
@Injectable()
export class JoinForm extends Form {
  /** @throws Error when the thank-you page does not lie on an allowed origin. */
  constructor(configuration: Configuration) {
    const { environment } = configuration;
    super(
      {
        id: environment.JOIN_FORM_ID,
        version: null,
        name: null,
        unitId: null,
        origins: environment.JOIN_FORM_ORIGINS,
        thankYouUrl: environment.JOIN_FORM_THANK_YOU_URL ?? null,
        sourceDefaults: {},
        questions: [],
        asksChallenge: environment.JOIN_FORM_CHALLENGE,
        isClosed: false,
      },
      configuration,
    );
    if (environment.JOIN_FORM_THANK_YOU_URL !== undefined && this.thankYouOrigin === undefined) {
      throw new Error('JOIN_FORM_THANK_YOU_URL must lie on one of JOIN_FORM_ORIGINS.');
    }
  }
}
