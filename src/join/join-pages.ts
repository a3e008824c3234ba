import { Injectable } from '@nestjs/common';
import { Configuration } from '../platform/config/configuration.js';
import type { Page } from '../platform/templates/page-renderer.js';
import { UnitDirectory } from '../units/unit-directory.js';
import { confirmationPage } from './confirmation-page.js';
import type { ConfirmationState } from './confirmation.service.js';
import type { Form } from './forms/form.js';
import { type JoinFormInput, joinFormView } from './join-form-view.js';
import { JoinForm } from './join-form.js';

/**
 * The pages that people see who join. They need no database: the organisation's name and contact
 * come from the directory in memory.
 */
@Injectable()
export class JoinPages {
  constructor(
    private readonly configuration: Configuration,
    private readonly joinForm: JoinForm,
    private readonly directory: UnitDirectory,
  ) {}

  /**
   * A hosted form, the installation's own unless another is given: empty, or with what was typed and the faults beside the fields. Somebody too
   * young gets a kind refusal without a form, and nothing of what was typed.
   */
  formPage(input: JoinFormInput = {}, form: Form = this.joinForm): Page {
    const { problem } = input;
    if (problem?.code === 'under_minimum_age') {
      const age = this.configuration.environment.MINIMUM_AGE;
      return this.page('join-young', 'Not yet, thank you', { age });
    }
    const view = joinFormView(input, {
      privacyNoticeVersion: form.privacyNoticeVersion,
      organisation: this.organisation().name,
      ownPage: `${this.configuration.publicUrl}${form.path}`,
      formId: form.isOwnForm ? null : form.id,
      questions: form.questions,
    });
    const title = form.name ?? this.joinTitle();
    const { thankYouOrigin, asksChallenge, name } = form;
    const data = { ...view, heading: name ?? 'Join us', asksChallenge };
    return {
      ...this.page('join', view.count > 0 ? `Please check: ${title}` : title, data),
      // With `no-referrer` browsers would post our own form as from nowhere (`Origin: null`), and
      // the form's own origin check would refuse it.
      headers: { 'referrer-policy': 'same-origin' },
      formAction: thankYouOrigin === undefined ? [] : [thankYouOrigin],
      // The script that solves the challenge, and the challenge.
      ...(asksChallenge ? { ownFiles: true, ownConnections: true } : {}),
    };
  }

  /**
   * Thanks and what happens next, without anything personal: anybody may open it.
   *
   * @param looksFirst whether a person looks at the post before anything else happens.
   */
  thanksPage(looksFirst = false): Page {
    const days = this.configuration.environment.FOLLOW_UP_DUE_WORKING_DAYS;
    return this.page('join-thanks', 'Thank you', { days, looksFirst });
  }

  /** Of a form that takes no posts any more: where to go instead. */
  closedPage({ name }: Form): Page {
    return { ...this.page('join-closed', 'This form is closed', { name }), status: 404 };
  }

  /** What the link of an acknowledgement opens: what it would confirm, or that it has. */
  confirmationPage(found: ConfirmationState): Page {
    const { template, title, data } = confirmationPage(found);
    return {
      ...this.page(template, title, data),
      status: found.state === 'unknown' ? 404 : 200,
      headers: { 'x-robots-tag': 'noindex' },
    };
  }

  private page(template: string, title: string, data: object): Page {
    return { template, data: { ...data, title, organisation: this.organisation() } };
  }

  private joinTitle(): string {
    const { name } = this.organisation();
    return name === null ? 'Join us' : `Join ${name}`;
  }

  /** The national office stands for the organisation; before one is imported there is no name. */
  private organisation() {
    const { view } = this.directory;
    if (!view.isReady) return { name: null, phone: null, email: null };
    const { name, phone, email } = view.national;
    return { name, phone, email };
  }
}
