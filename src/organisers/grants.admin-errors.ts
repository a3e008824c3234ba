import { Problem } from '../platform/http/problem.js';
import { type Role, roleInWords } from './permissions.js';

/** 403: one may give, change and end what one holds oneself, and no more. */
export class MayNotGive extends Problem {
  constructor(role: Role) {
    super({
      status: 403,
      code: 'may_not_give',
      title: 'This is not yours to give',
      detail:
        `The role of ${roleInWords(role)} is given, changed and ended by those who hold every right ` +
        'that it brings, on that unit or one above it, and the right to give roles.',
      extensions: { permission: 'grants.write' },
    });
  }
}

/** 403: nobody gives to themselves, or lengthens or confirms what they have. */
export class OwnGrant extends Problem {
  constructor() {
    super({
      status: 403,
      code: 'own_grant',
      title: 'Somebody else has to do this for you',
      detail:
        'Nobody gives a role to themselves, or confirms or lengthens their own. Ask the office above ' +
        'you or another national administrator; only where there is none may a national ' +
        'administrator do it.',
    });
  }
}

/** 409: without a national administrator nobody could give the role again. */
export class LastAdministrator extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'last_administrator',
      title: 'This is the last national administrator',
      detail:
        'Nobody else administers the whole organisation at this moment. Give the role to somebody ' +
        'else first; then this one can be ended.',
    });
  }
}

/** 409: the same role on the same unit for a time that it is held already. */
export class GrantExists extends Problem {
  constructor(grantId: string) {
    super({
      status: 409,
      code: 'grant_exists',
      title: 'They hold this role there already',
      detail:
        'The two times overlap. Change or confirm the grant that is there, or begin this one after it.',
      extensions: { grantId },
    });
  }
}

/** 409: what is over is not changed; a new one is given. */
export class GrantOver extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'grant_over',
      title: 'This grant has ended',
      detail: 'What has ended for good is not changed any more. Give a new grant.',
    });
  }
}

/** 409: a grant that has ended goes on by being confirmed, and by nothing else. */
export class GrantAwaitsConfirmation extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'grant_in_grace',
      title: 'This grant has ended',
      detail: 'It lets its holder read for a while. Confirm it, and it goes on; or end it.',
    });
  }
}

/** 409: only what has begun and has an end is confirmed. */
export class NothingToConfirm extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'nothing_to_confirm',
      title: 'There is nothing to confirm',
      detail: 'This grant has no end, or has not begun. Change it instead.',
    });
  }
}

/** 409: when something began cannot be changed afterwards. */
export class GrantHasBegun extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'grant_has_begun',
      title: 'This grant has begun',
      detail: 'Its beginning is past. You can change its end, or end it.',
    });
  }
}

/** 409: a grant that was given for a cover lasts as long as the cover. */
export class GrantOfCover extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'grant_of_cover',
      title: 'This grant belongs to the cover of a post',
      detail: 'It ends with the cover. Call the cover off, and arrange another.',
    });
  }
}
