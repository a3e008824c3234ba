import { PASSWORD_LENGTH } from '../../organisers/password-rules.js';
import type { Problem } from '../../platform/http/problem.js';
import type { Page } from '../../platform/templates/page-renderer.js';
import { describeDay } from '../../platform/time/describe-day.js';
import type { OfferedRole } from '../invitations/acceptance.repository.js';
import { roleInWords } from '../../organisers/permissions.js';

/** A page for a person; for a program that asked for no page, the same as a problem. */
export interface AccountPage {
  readonly page: Page;
  readonly problem?: Problem;
}

/** Whose name stands on the pages, and whom to ask. */
export interface PageOrganisation {
  readonly name: string | null;
  readonly phone: string | null;
  readonly email: string | null;
}

/** What the form of a link asks for, and says around it. */
export interface PasswordForm {
  /** `new`: a password is chosen; `known`: that of an account is asked for. */
  readonly mode: 'new' | 'known';
  readonly heading: string;
  readonly lead: string;
  readonly email: string;
  readonly button: string;
  readonly after: string;
}

const IF_NOT_YOU =
  'If you did not expect this, you need do nothing: close this page. Opening it has changed nothing.';

/** The form of an invitation. */
export function invitationForm({
  passwordHash,
  role,
  unit,
  inviterName,
  email,
  expiresAt,
}: OfferedRole): PasswordForm {
  const words = `${roleInWords(role)} of ${unit.name}`;
  const isNew = passwordHash === null;
  return {
    mode: isNew ? 'new' : 'known',
    heading: `You are invited to be ${words}`,
    lead: `${inviterName} has invited you. ${
      isNew
        ? 'Choose a password, and your account is made.'
        : 'You have an account already: type its password to take the role on.'
    } The invitation is open until ${describeDay(expiresAt)}.`,
    email,
    button: isNew ? 'Make my account' : 'Take the role on',
    after: IF_NOT_YOU,
  };
}

/** The form in which a forgotten password is replaced. */
export function resetForm(email: string): PasswordForm {
  return {
    mode: 'new',
    heading: 'Choose a new password',
    lead: 'It replaces the one you have forgotten. Wherever you are signed in, you will be signed out.',
    email,
    button: 'Set this password',
    after: IF_NOT_YOU,
  };
}

/** The page of a form, with what is to be put right beside its fields. Passwords are never repeated. */
export function passwordPage(
  form: PasswordForm,
  organisation: PageOrganisation,
  problem?: Problem,
): AccountPage {
  const faultOf = (path: string) =>
    problem?.errors?.find((fault) => fault.path === path)?.message ?? null;
  const isNew = form.mode === 'new';
  const { min, max } = PASSWORD_LENGTH;
  const hint = isNew
    ? `${min} to ${max} characters. Four or more words that have nothing to do with each other are good, and easy to remember.`
    : null;
  const fields = [
    passwordField('password', isNew ? 'New password' : 'Password', faultOf('password'), {
      hint,
      autocomplete: isNew ? 'new-password' : 'current-password',
    }),
    ...(isNew
      ? [
          passwordField('again', 'The same once more', faultOf('again'), {
            hint: null,
            autocomplete: 'new-password',
          }),
        ]
      : []),
  ];
  return {
    page: {
      template: 'account-password',
      status: problem?.status ?? 200,
      headers: { ...problem?.headers },
      data: {
        ...form,
        title: problem === undefined ? form.heading : `Please check: ${form.heading}`,
        organisation,
        isNew,
        fields,
        faults: fields.filter(({ fault }) => fault !== null),
        said: problem === undefined ? null : (problem.detail ?? problem.title),
      },
    },
    ...(problem === undefined ? {} : { problem }),
  };
}

function passwordField(
  name: string,
  label: string,
  fault: string | null,
  { hint, autocomplete }: { hint: string | null; autocomplete: string },
) {
  const described = [
    hint === null ? null : `${name}-hint`,
    fault === null ? null : `${name}-fault`,
  ];
  return {
    id: name,
    name,
    label,
    hint,
    fault,
    type: 'password',
    value: '',
    autocomplete,
    isNeeded: true,
    describedBy: described.filter((one) => one !== null).join(' ') || null,
  };
}

/** The page on which a link for a new password is asked for. */
export function forgottenPage(
  organisation: PageOrganisation,
  typed = '',
  problem?: Problem,
): AccountPage {
  const fault = problem?.errors?.find(({ path }) => path === 'email')?.message ?? null;
  const field = {
    id: 'email',
    name: 'email',
    label: 'Your email address',
    hint: 'The one you sign in with.',
    fault,
    type: 'email',
    value: typed,
    autocomplete: 'username',
    inputmode: 'email',
    isNeeded: true,
    describedBy: fault === null ? 'email-hint' : 'email-hint email-fault',
  };
  return {
    page: {
      template: 'account-forgotten',
      status: problem?.status ?? 200,
      data: {
        title: problem === undefined ? 'A new password' : 'Please check: a new password',
        organisation,
        field,
      },
    },
    ...(problem === undefined ? {} : { problem }),
  };
}

/** A page that says one thing, and asks for nothing. */
export function saidPage(
  organisation: PageOrganisation,
  heading: string,
  text: string,
  problem?: Problem,
): AccountPage {
  return {
    page: {
      template: 'account-said',
      status: problem?.status ?? 200,
      data: { title: heading, heading, text, organisation, isGood: problem === undefined },
    },
    ...(problem === undefined ? {} : { problem }),
  };
}
