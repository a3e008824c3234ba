import { Problem } from '../platform/http/problem.js';
import { invalidInput } from '../platform/http/standard-problems.js';

/** 409: names in addresses are given once. */
export class SlugTaken extends Problem {
  constructor(kind: 'region' | 'branch', slug: string) {
    super({
      status: 409,
      code: 'slug_taken',
      title: 'This name in addresses is taken',
      detail: `There is a ${kind} “${slug}” already, open or closed. Choose another slug.`,
    });
  }
}

/** 422: the slug names no open region that the caller may put a branch into. */
export function unknownRegion(): Problem {
  const message = 'There is no region of this name among your units.';
  return invalidInput([{ path: 'region', code: 'unknown_region', message }]);
}

/** 422: what is to be in the future cannot be said to have happened. */
export function closedInFuture(): Problem {
  const message = 'A branch is closed at a time that has come. Send this when it has.';
  return invalidInput([{ path: 'closedAt', code: 'in_the_future', message }]);
}
