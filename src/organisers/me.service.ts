import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import { unauthenticated } from '../platform/http/standard-problems.js';
import { MeRepository } from './me.repository.js';
import type { SignedInOrganiser } from './signed-in-organiser.js';

/** An organiser's own account. */
@Injectable()
export class MeService {
  constructor(
    private readonly database: Database,
    private readonly repository: MeRepository,
  ) {}

  async read(organiser: SignedInOrganiser) {
    const { permissions } = organiser;
    return this.database.asOrganiser(organiser, async (manager) => {
      const account = await this.repository.account(manager);
      // Deleted between the guard and here.
      if (account === undefined) throw unauthenticated();
      const grants = await this.repository.grants(manager);
      return { organiser: account, grants, permissions };
    });
  }
}
