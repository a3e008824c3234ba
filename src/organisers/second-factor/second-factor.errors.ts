import { Problem } from '../../platform/http/problem.js';
import { invalidInput } from '../../platform/http/standard-problems.js';

/** 401: the password was right, and the account wants a code besides. */
export class SecondFactorRequired extends Problem {
  constructor() {
    super({
      status: 401,
      code: 'second_factor_required',
      title: 'A code is needed as well',
      detail:
        'This account has a second factor. Send the six digits of your app as “totp”, or one of your recovery codes as “recoveryCode”.',
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
  }
}

/** 401: the password was right, the code was not, or has been used. Nobody hears it without the password. */
export class SecondFactorInvalid extends Problem {
  constructor() {
    super({
      status: 401,
      code: 'second_factor_invalid',
      title: 'This code does not fit',
      detail:
        'The code is wrong, or was used before. A code of your app serves once: wait for the next one. Each recovery code serves once.',
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
  }
}

/** 403: the account needs a second factor, and this session may only set one up. */
export class SecondFactorEnrolmentRequired extends Problem {
  constructor() {
    super({
      status: 403,
      code: 'second_factor_enrolment_required',
      title: 'Please set up a second factor first',
      detail:
        'Your roles need a second factor. Begin with POST /v1/admin/me/second-factor; until then this session is good for nothing else.',
    });
  }
}

/** 409: the role of the account needs the factor. */
export class SecondFactorNeeded extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'second_factor_needed',
      title: 'Your second factor has to stay on',
      detail:
        'Your roles need a second factor. To change to another device, begin again with POST /v1/admin/me/second-factor.',
    });
  }
}

/** 409: what was asked for needs a factor that is on, and there is none. */
export class SecondFactorOff extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'second_factor_off',
      title: 'There is no second factor',
      detail: 'This account has no second factor that is on.',
    });
  }
}

/** 409: nothing is waiting to be confirmed, or not any more. */
export class NoEnrolment extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'second_factor_not_begun',
      title: 'There is nothing to confirm',
      detail: 'Begin with POST /v1/admin/me/second-factor, and confirm within an hour.',
    });
  }
}

/** 409: one's own factor is taken away with a code, never by one's role. */
export class OwnSecondFactor extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'second_factor_own',
      title: 'This is your own second factor',
      detail: 'Change it under /v1/admin/me/second-factor. If it is lost, ask somebody else.',
    });
  }
}

const PROOF_FAULTS = {
  password: { code: 'wrong_password', message: 'This is not your password.' },
  code: { code: 'wrong_code', message: 'This code does not fit, or was used before.' },
  recoveryCode: { code: 'wrong_code', message: 'This recovery code does not fit, or was used.' },
  needed: { code: 'required', message: 'Give a code of your app, or a recovery code.' },
} as const;

/** 422: who is signed in did not prove again who they are. */
export function proofFailed(path: 'password' | 'code' | 'recoveryCode', missing = false): Problem {
  return invalidInput([{ path, ...PROOF_FAULTS[missing ? 'needed' : path] }]);
}
