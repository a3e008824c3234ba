import { Problem } from '../platform/http/problem.js';

/** 409: the duty was closed before; what is there stays. */
export class FollowUpClosed extends Problem {
  constructor(code: 'already_closed' | 'already_contacted') {
    super({
      status: 409,
      code,
      title: 'This has been dealt with already',
      detail: 'The follow-up was closed before you said so. Read it again to see how it ended.',
    });
  }
}
