import type { PasswordFault } from '../organisers/password-rules.js';
import { type Fault, Problem } from '../platform/http/problem.js';
import { invalidInput } from '../platform/http/standard-problems.js';

/** Why a link of ours does nothing any more. */
export type LinkEnd =
  'accepted' | 'withdrawn' | 'expired' | 'not_valid' | 'account_closed' | 'used';

const ENDS: Readonly<Record<LinkEnd, { readonly title: string; readonly detail: string }>> = {
  accepted: {
    title: 'This invitation has been accepted',
    detail: 'You can sign in with your email address and your password.',
  },
  withdrawn: {
    title: 'This invitation has been taken back',
    detail: 'If that surprises you, please ask whoever invited you.',
  },
  expired: {
    title: 'This link has run out',
    detail: 'Please ask for a new one: links to an account work for a short time only.',
  },
  not_valid: {
    title: 'This invitation cannot be accepted any more',
    detail:
      'Whoever sent it may no longer give this role. It is nothing that you did; please ask for another invitation.',
  },
  account_closed: {
    title: 'Your account is closed',
    detail: 'An account with this address exists, but it has been closed. The office can open it.',
  },
  used: {
    title: 'This link has been used',
    detail:
      'Your password has been changed since this link was sent. Ask for another one if you need it.',
  },
};

/** 410: the link was ours, and what it was for is over; the code says how. */
export class LinkEnded extends Problem {
  constructor(readonly end: LinkEnd) {
    super({ status: 410, code: `link_${end}`, ...ENDS[end] });
  }
}

/** 404: we never made this link, or what it stood for is gone. */
export class LinkUnknown extends Problem {
  constructor() {
    super({
      status: 404,
      code: 'not_found',
      title: 'This link does not work',
      detail:
        'It may have been copied by halves. Please open it again from the message that brought it.',
    });
  }
}

/** 409: the account is not any more what it was when the page was opened. */
export class AccountChanged extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'account_changed',
      title: 'Your account has changed a moment ago',
      detail: 'Please open the link once more: it shows what is to be done now.',
    });
  }
}

/** A password that may not be chosen, as a fault of the field that it was typed into. */
export function faultAt(path: string, { code, message }: PasswordFault): Fault {
  return { path, code, message };
}

/** 422: the password of an account was asked for, and this is another one. */
export function wrongPassword(path: string, others: readonly Fault[] = []): Problem {
  const message = 'This is not the password of your account.';
  return invalidInput([{ path, code: 'wrong_password', message }, ...others]);
}
