import { Problem } from '../../platform/http/problem.js';

/** 409: nobody closes their own account, so that an administrator always remains. */
export class OwnAccount extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'own_account',
      title: 'This is your own account',
      detail:
        'Nobody closes their own account: the last administrator would lock everybody out. Ask another national administrator.',
    });
  }
}
