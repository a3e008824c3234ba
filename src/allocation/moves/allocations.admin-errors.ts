import { Problem } from '../../platform/http/problem.js';
import { invalidInput } from '../../platform/http/standard-problems.js';

/** 409: there is no override to end. */
export class NoOverride extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'no_override',
      title: 'Nothing has been overridden here',
      detail: 'They belong where the rules say: there is no override to end.',
    });
  }
}

/** 422: the slug names no open unit that the caller may put people into. */
export function unknownUnit(kind: 'branch' | 'region'): Problem {
  const message = `There is no open ${kind} of this name among your units.`;
  return invalidInput([{ path: kind, code: `unknown_${kind}`, message }]);
}

/** 422: an override that has ended already would be none. */
export function notAhead(): Problem {
  const message = 'This must be a day that lies ahead; it is the last one on which it holds.';
  return invalidInput([{ path: 'until', code: 'out_of_range', message }]);
}
