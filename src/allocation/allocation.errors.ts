import { Problem } from '../platform/http/problem.js';

/** 422: what was asked for is no postcode; the hint is for the person who typed it. */
export class NotAPostcodeProblem extends Problem {
  constructor(hint: string) {
    super({
      status: 422,
      code: 'not_a_postcode',
      title: 'That is not a postcode',
      detail: hint,
      errors: [{ path: 'postcode', code: 'not_a_postcode', message: hint }],
    });
  }
}
