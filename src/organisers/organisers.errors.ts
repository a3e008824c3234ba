import { Problem } from '../platform/http/problem.js';
import { describeDay } from '../platform/time/describe-day.js';
import { type Permission, roleInWords, type Role } from './permissions.js';

/** 401: the same answer for an unknown account, a wrong password and a disabled account. */
export class InvalidCredentials extends Problem {
  constructor() {
    super({
      status: 401,
      code: 'invalid_credentials',
      title: 'We could not sign you in',
      detail: 'The email address and the password do not belong together. Please check both.',
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
  }
}

/** 403: none of the caller's roles carries the permission; it is named. */
export class PermissionMissing extends Problem {
  constructor(permission: Permission) {
    super({
      status: 403,
      code: 'permission_missing',
      title: 'Your role does not allow this',
      detail: `This needs the permission “${permission}”, which none of your roles carries.`,
      extensions: { permission },
    });
  }
}

/** 403: the grant that carried the permission has ended; for a while it still lets its holder read. */
export class GrantInGrace extends Problem {
  constructor(
    permission: Permission,
    grant: {
      readonly role: Role;
      readonly unitName: string;
      readonly aboveName: string | null;
      readonly validUntil: Date;
      readonly readOnlyUntil: Date;
    },
  ) {
    const { role, unitName, aboveName, validUntil, readOnlyUntil } = grant;
    const who = aboveName === null ? '' : `the office of ${aboveName} or `;
    super({
      status: 403,
      code: 'grant_in_grace',
      title: 'Your role has ended, and lets you read only',
      detail:
        `You were ${roleInWords(role)} of ${unitName} until ${lastDay(validUntil)}. Until ` +
        `${lastDay(readOnlyUntil)} you can still read, but change nothing. Ask ${who}the national ` +
        'office to confirm it: then it goes on.',
      extensions: { permission },
    });
  }
}

/** The last day of what ends at a moment: midnight belongs to the day before it. */
function lastDay(end: Date): string {
  return describeDay(new Date(end.getTime() - 1));
}

/** 401: signed out, or the account closed, while the request was being done. */
export class SessionEnded extends Problem {
  constructor() {
    super({
      status: 401,
      code: 'unauthenticated',
      title: 'You are not signed in',
      detail: 'Your session was ended while this was being done. Nothing was changed by it.',
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
  }
}

/** 403: a role that the request began with was taken away while it was being done. */
export class RightsWithdrawn extends Problem {
  constructor() {
    super({
      status: 403,
      code: 'rights_withdrawn',
      title: 'Your rights have changed',
      detail:
        'A role of yours was changed or ended while this was being done. Nothing was changed by it.',
    });
  }
}
