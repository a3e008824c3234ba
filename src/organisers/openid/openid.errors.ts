import { Problem } from '../../platform/http/problem.js';
import { notFound } from '../../platform/http/standard-problems.js';

/** 404: this installation has no provider of identities. */
export function openIdNotConfigured(): Problem {
  return notFound('This installation has no provider of identities to sign in by.');
}

/** 503: the provider does not answer. */
export class OpenIdUnavailable extends Problem {
  constructor(cause: unknown) {
    super({
      status: 503,
      code: 'openid_provider_away',
      title: 'Your organisation’s sign-in does not answer',
      detail: 'Please try again in a moment, or sign in with your password.',
      headers: { 'Retry-After': '10' },
      cause,
    });
  }
}

/** 401: the browser came back with what proves nothing: begun elsewhere or long ago, forged, or sent twice. */
export class OpenIdUnproved extends Problem {
  constructor() {
    super({
      status: 401,
      code: 'openid_unproved',
      title: 'We could not sign you in',
      detail:
        'What came back from your organisation’s sign-in does not belong to a sign-in of this browser. Please begin once more.',
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
  }
}

/** 403: whoever it is has no account here that is open; the same for one that is closed. */
export class OpenIdNoAccount extends Problem {
  constructor() {
    super({
      status: 403,
      code: 'openid_no_account',
      title: 'You have no account here',
      detail:
        'Your organisation’s sign-in knows you, but no open account here belongs to it. Ask the national office.',
    });
  }
}

/** 401: the code of a sign-in was used, is older than a minute, or was begun by another console. */
export class OpenIdCodeInvalid extends Problem {
  constructor() {
    super({
      status: 401,
      code: 'openid_code_invalid',
      title: 'This sign-in is over',
      detail: 'The code serves once and for a minute. Please begin once more.',
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
  }
}
