import { Injectable } from '@nestjs/common';
import { recordDeed } from '../../audit/audit.js';
import { Database } from '../../platform/database/database.js';
import { notFound } from '../../platform/http/standard-problems.js';
import { SecurityNotices } from '../messages/security-notices.js';
import type { SignedInOrganiser } from '../signed-in-organiser.js';
import { SecondFactorResetRepository } from './second-factor-reset.repository.js';
import { OwnSecondFactor, SecondFactorOff } from './second-factor.errors.js';
import { SecondFactorRepository } from './second-factor.repository.js';

/** Takes the second factor of somebody away who has lost it. */
@Injectable()
export class SecondFactorResetService {
  constructor(
    private readonly database: Database,
    private readonly repository: SecondFactorResetRepository,
    private readonly factors: SecondFactorRepository,
    private readonly notices: SecurityNotices,
  ) {}

  /**
   * Takes it away, ends every session of the account and tells its owner by mail.
   *
   * @throws Problem 404 for an account that is none; OwnSecondFactor, SecondFactorOff 409.
   */
  async reset(organiser: SignedInOrganiser, organiserId: string): Promise<void> {
    if (organiserId === organiser.organiserId) throw new OwnSecondFactor();
    await this.database.asOrganiser(organiser, async (manager) => {
      if (!(await this.repository.reachesEverybody(manager))) throw notFound();
      await this.database.asApplication(manager, async (application) => {
        if (!(await this.repository.accountExists(application, organiserId))) throw notFound();
        if (!(await this.factors.remove(application, organiserId))) throw new SecondFactorOff();
        await this.factors.endSessions(application, organiserId);
        await recordDeed(application, organiser, 'second_factor.reset', 'organiser', organiserId);
        await this.notices.tell(application, organiserId, 'second_factor_reset');
      });
    });
  }
}
