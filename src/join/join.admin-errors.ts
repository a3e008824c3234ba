import { Problem } from '../platform/http/problem.js';

/** 409: a submission that nobody is to follow up, such as a suspected bot's. */
export class NothingToFollowUp extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'nothing_to_follow_up',
      title: 'Nobody is to be contacted here',
      detail: 'This submission has no follow-up, so there is nothing to close.',
    });
  }
}
