import { Injectable } from '@nestjs/common';
import { recordDeed } from '../../audit/audit.js';
import { OrganiserAccountsRepository } from '../../organisers/organiser-accounts.repository.js';
import type { SignedInOrganiser } from '../../organisers/signed-in-organiser.js';
import { Database, type OrganiserManager } from '../../platform/database/database.js';
import { StaleVersion } from '../../platform/http/if-match.js';
import { forbidden, notFound, unauthenticated } from '../../platform/http/standard-problems.js';
import { type AccountOutcome, OrganisersAdminRepository } from './organisers-admin.repository.js';
import { OwnAccount } from './organisers.admin-errors.js';
import type { Disabling, OrganiserChange, OrganisersQuery } from './organisers.admin-schemas.js';

/** Organisers' accounts as other organisers see and administer them. */
@Injectable()
export class OrganisersAdminService {
  constructor(
    private readonly database: Database,
    private readonly repository: OrganisersAdminRepository,
  ) {}

  /**
   * A page of the accounts that the caller may know of: all of them for a national administrator,
   * else the holders of grants on the caller's units and whom the caller invited.
   */
  list(organiser: SignedInOrganiser, query: OrganisersQuery) {
    return this.database.asOrganiser(organiser, (manager) => this.repository.page(manager, query));
  }

  /** One's own account, or one that the caller may know of; that others' are read is audited. */
  read(organiser: SignedInOrganiser, id: string) {
    return this.database.asOrganiser(organiser, async (manager) => {
      const record = await this.record(manager, id);
      if (id !== organiser.organiserId) {
        await recordDeed(manager, organiser, 'organiser.read', 'organiser', id);
      }
      return record;
    });
  }

  /**
   * Gives an account another name: one's own, or as a national administrator anybody's.
   *
   * @throws Problem 404 out of sight, 403 where it is not the caller's to change; StaleVersion.
   */
  change(organiser: SignedInOrganiser, id: string, version: number, { name }: OrganiserChange) {
    return this.database.asOrganiser(organiser, async (manager) => {
      const before = await this.record(manager, id);
      const isOwn = id === organiser.organiserId;
      if (!isOwn && !(await this.repository.administersEverybody(manager))) {
        throw forbidden('accounts.write');
      }
      if (before.version !== version) throw new StaleVersion();
      if (before.name === name) return before;
      if (!(await this.repository.rename(manager, id, version, name))) throw new StaleVersion();
      await recordDeed(manager, organiser, 'organiser.renamed', 'organiser', id);
      return this.record(manager, id);
    });
  }

  /**
   * Closes an account: nobody signs in to it, and its sessions end at once. Its grants and posts
   * stay, but notices of duties pass it by. One that is closed stays as it is.
   *
   * @throws Problem 404; OwnAccount 409.
   */
  disable(organiser: SignedInOrganiser, id: string, { reason }: Disabling) {
    return this.database.asOrganiser(organiser, async (manager) => {
      await this.record(manager, id);
      const outcome = await this.repository.close(manager, id, reason ?? null);
      if (isDone(outcome)) {
        await this.database.asApplication(manager, (within) =>
          new OrganiserAccountsRepository(within).endSessions(id),
        );
        await recordDeed(manager, organiser, 'organiser.disabled', 'organiser', id);
      }
      return this.record(manager, id);
    });
  }

  /** Opens an account that was closed; sessions of before stay ended. @throws Problem 404. */
  enable(organiser: SignedInOrganiser, id: string) {
    return this.database.asOrganiser(organiser, async (manager) => {
      await this.record(manager, id);
      if (isDone(await this.repository.open(manager, id))) {
        await recordDeed(manager, organiser, 'organiser.enabled', 'organiser', id);
      }
      return this.record(manager, id);
    });
  }

  private async record(manager: OrganiserManager, id: string) {
    const record = await this.repository.organiser(manager, id);
    if (record === undefined) throw notFound();
    return record;
  }
}

/** Whether something was changed; what was so already is no fault. */
function isDone(outcome: AccountOutcome): boolean {
  if (outcome === 'own_account') throw new OwnAccount();
  // The caller's own account was closed, or their grant ended, while they were asking.
  if (outcome === 'not_allowed') throw unauthenticated();
  return outcome === 'done';
}
