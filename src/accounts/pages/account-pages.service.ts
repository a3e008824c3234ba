import { Injectable } from '@nestjs/common';
import { Problem } from '../../platform/http/problem.js';
import { faultsOf } from '../../platform/http/schema-faults.js';
import { validateInput } from '../../platform/http/schema-validation.pipe.js';
import { invalidInput } from '../../platform/http/standard-problems.js';
import { UnitDirectory } from '../../units/unit-directory.js';
import { LinkEnded, LinkUnknown } from '../account.errors.js';
import { AccountLinks } from '../account-links.js';
import { AcceptanceService } from '../invitations/acceptance.service.js';
import { resetRequestSchema } from '../passwords/password-resets.schemas.js';
import { PasswordResetsService } from '../passwords/password-resets.service.js';
import {
  type AccountPage,
  forgottenPage,
  invitationForm,
  type PageOrganisation,
  type PasswordForm,
  passwordPage,
  resetForm,
  saidPage,
} from './account-page.js';
import { knownPasswordPressSchema, newPasswordPressSchema } from './account-press.schemas.js';

/** `seeOther`: it is done; show that at an address of its own, so that reloading presses nothing. */
export type AccountAnswer = AccountPage | 'seeOther';

/** What a person sees of invitations and new passwords. Every rule is in the services that it asks. */
@Injectable()
export class AccountPagesService {
  constructor(
    private readonly links: AccountLinks,
    private readonly acceptance: AcceptanceService,
    private readonly resets: PasswordResetsService,
    private readonly directory: UnitDirectory,
  ) {}

  /** The page on which a link for a new password is asked for. */
  forgotten(): AccountPage {
    return forgottenPage(this.organisation());
  }

  /** Asks for a link; the page that follows is the same for every address. */
  async ask(body: unknown): Promise<AccountPage> {
    const input = validateInput(resetRequestSchema, body ?? {});
    if (!input.success) {
      const typed = (body as { email?: unknown } | null)?.email;
      const problem = invalidInput(faultsOf(input.issues, body ?? {}));
      const shown = typeof typed === 'string' ? typed.slice(0, 254) : '';
      return forgottenPage(this.organisation(), shown, problem);
    }
    const { next } = await this.resets.ask(input.data);
    return saidPage(this.organisation(), 'Please look into your mail', next);
  }

  /** The page after everything went well. */
  done(): AccountPage {
    const text = 'You can sign in now with your email address and your password.';
    return saidPage(this.organisation(), 'Thank you, this is done', text);
  }

  /** The page of a link. Changes nothing: mail scanners open links, too. */
  async show(token: string): Promise<AccountPage> {
    return this.orEnded(async () => passwordPage(await this.form(token), this.organisation()));
  }

  /** A press on the page of a link. @param address where it comes from. */
  async press(token: string, body: unknown, address: string): Promise<AccountAnswer> {
    return this.orEnded(async () => {
      const form = await this.form(token);
      try {
        await this.submit(token, form, body ?? {}, address);
        return 'seeOther';
      } catch (error) {
        if (!(error instanceof Problem) || isEnd(error) || error.status >= 500) throw error;
        // What the link offers may be another thing by now: somebody else has just made the account.
        return passwordPage(await this.form(token), this.organisation(), error);
      }
    });
  }

  private async form(token: string): Promise<PasswordForm> {
    return this.links.openReset(token) === undefined
      ? invitationForm(await this.acceptance.offered(token))
      : resetForm((await this.resets.account(token)).email);
  }

  private async submit(
    token: string,
    { mode }: PasswordForm,
    body: unknown,
    address: string,
  ): Promise<void> {
    const schema = mode === 'new' ? newPasswordPressSchema : knownPasswordPressSchema;
    const input = validateInput(schema, body);
    if (!input.success) throw invalidInput(faultsOf(input.issues, body));
    const { password } = input.data;
    if (this.links.openReset(token) === undefined) {
      await this.acceptance.accept({ token, password }, address);
    } else {
      await this.resets.complete({ token, password });
    }
  }

  private async orEnded<Answer>(work: () => Promise<Answer>): Promise<Answer | AccountPage> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Problem) || !isEnd(error)) throw error;
      return saidPage(this.organisation(), error.title, error.detail ?? '', error);
    }
  }

  /** The national office stands for the organisation; before one is imported there is no name. */
  private organisation(): PageOrganisation {
    const { view } = this.directory;
    if (!view.isReady) return { name: null, phone: null, email: null };
    const { name, phone, email } = view.national;
    return { name, phone, email };
  }
}

function isEnd(error: Problem): boolean {
  return error instanceof LinkEnded || error instanceof LinkUnknown;
}
