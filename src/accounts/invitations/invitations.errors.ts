import { Problem } from '../../platform/http/problem.js';

/** 409: the same role there is offered to the same address already. */
export class AlreadyInvited extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'already_invited',
      title: 'There is an open invitation',
      detail:
        'This address has been invited to this role on this unit already. Send that invitation again, or take it back first.',
    });
  }
}

/** 409: it was accepted or taken back. */
export class InvitationClosed extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'invitation_closed',
      title: 'The invitation is not open any more',
      detail: 'It has been accepted or taken back in the meantime.',
    });
  }
}
