import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { recordAudit } from '../audit/audit.js';
import { Database } from '../platform/database/database.js';
import { Clock } from '../platform/time/clock.js';
import { SecurityNotices } from './messages/security-notices.js';
import { SignInLimits, type SignInTry } from './sign-in-limits.js';

/**
 * Writes down that somebody was refused, and tells the owner of an account at which strangers keep trying.
 * Whether there is an account must not show in the time this takes: what is not to be written is
 * written all the same, by the same statements, and taken back.
 */
@Injectable()
export class SignInRefusals {
  constructor(
    private readonly database: Database,
    private readonly limits: SignInLimits,
    private readonly notices: SecurityNotices,
    private readonly clock: Clock,
  ) {}

  /** @param organiserId of the account that was tried; undefined where there is none. */
  async note(attempt: SignInTry, organiserId: string | undefined): Promise<void> {
    const isWritten = await this.limits.mayWrite(organiserId);
    const isTold = await this.limits.countFailure(attempt);
    await this.database.transaction(async (manager) => {
      await inPart(manager, isWritten, (part) =>
        recordAudit(part, {
          actorKind: 'system',
          actorId: null,
          action: 'session.refused',
          subjectKind: 'organiser',
          subjectId: organiserId ?? null,
        }),
      );
      if (!isTold) return;
      await inPart(manager, organiserId !== undefined, (part) =>
        this.notices.tell(part, organiserId, 'many_failed_sign_ins', this.clock.today()),
      );
    });
  }
}

class TakenBack extends Error {}

/** Does `work`, and takes it back unless it is to stay. */
async function inPart(
  manager: EntityManager,
  stays: boolean,
  work: (part: EntityManager) => Promise<void>,
): Promise<void> {
  try {
    await manager.transaction(async (part) => {
      await work(part);
      if (!stays) throw new TakenBack();
    });
  } catch (error) {
    if (!(error instanceof TakenBack)) throw error;
  }
}
