import { Problem } from '../platform/http/problem.js';
import { invalidInput, unauthenticated } from '../platform/http/standard-problems.js';

/** 401: no key that works; unknown, expired and revoked ones are answered alike. */
export function unknownKey(): Problem {
  return unauthenticated('This key is not known, has expired or was revoked.');
}

/** 403: the key does not carry the scope; it is named. */
export class ScopeMissing extends Problem {
  constructor(scope: string) {
    super({
      status: 403,
      code: 'scope_missing',
      title: 'This key does not allow this',
      detail: `This needs a key with the scope “${scope}”.`,
      extensions: { permission: scope },
    });
  }
}

/** 403: a route for people. */
export class OrganisersAlone extends Problem {
  constructor(permission?: string) {
    super({
      status: 403,
      code: 'organisers_alone',
      title: 'No key may do this',
      detail: 'This is for organisers who have signed in. No key can be made for it.',
      extensions: permission === undefined ? {} : { permission },
    });
  }
}

/** 409: the answer to this key was a secret, and secrets are not kept to be shown again. */
export class SecretAlreadyShown extends Problem {
  constructor(id: string) {
    super({
      status: 409,
      code: 'secret_already_shown',
      title: 'This secret was shown once already',
      detail:
        'The first request with this Idempotency-Key was answered, and its secret is kept nowhere. If the answer was lost, revoke the key and make another.',
      extensions: { id },
    });
  }
}

/** 409: the secret before the last one still works; a third would end it too soon. */
export class RotationUnderWay extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'rotation_under_way',
      title: 'The last rotation is not over yet',
      detail:
        'The secret before still works until “previousUntil”. Wait for that, or send overlapHours 0 to end it and the present one at once.',
    });
  }
}

/** 409: a key that has ended is not given another secret. */
export class KeyEnded extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'key_ended',
      title: 'This key has ended',
      detail: 'It has expired or was revoked. Make another.',
    });
  }
}

/** 422: no unit of this id is among those for which the caller may make keys. */
export function unknownUnit(): Problem {
  const message = 'There is no open unit of this id among yours.';
  return invalidInput([{ path: 'unitId', code: 'unknown_unit', message }]);
}

/** 422: a key lasts until a time to come, two years from now at the latest. */
export function expiryOutOfRange(): Problem {
  const message = 'A key ends at a time to come, two years from now at the latest.';
  return invalidInput([{ path: 'expiresAt', code: 'out_of_range', message }]);
}
