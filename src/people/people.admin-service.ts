import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { recordDeed } from '../audit/audit.js';
import type { SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Database } from '../platform/database/database.js';
import { StaleVersion } from '../platform/http/if-match.js';
import { invalidInput, notFound } from '../platform/http/standard-problems.js';
import { OutboxService } from '../platform/outbox/outbox.service.js';
import { PostcodeLocator } from '../postcodes/postcode-locator.js';
import { PeopleAdminRepository } from './people-admin.repository.js';
import { HomeMoves } from './home-moves.js';
import type { PeopleQuery, PersonChange, PersonRecord } from './people.admin-schemas.js';
import { changedColumns, concernsHome, postcodeFaults, settledChange } from './person-change.js';
import { PersonChangesRepository } from './person-changes.repository.js';

/** People as an organiser may see them. */
@Injectable()
export class PeopleAdminService {
  constructor(
    private readonly database: Database,
    private readonly repository: PeopleAdminRepository,
    private readonly changes: PersonChangesRepository,
    private readonly homeMoves: HomeMoves,
    private readonly locator: PostcodeLocator,
    private readonly outbox: OutboxService,
  ) {}

  /** A page of the people of the caller's units; that it was read is audited with it. */
  list(organiser: SignedInOrganiser, query: PeopleQuery) {
    return this.database.asOrganiser(organiser, async (manager) => {
      const page = await this.repository.page(manager, query);
      await recordDeed(manager, organiser, 'person.listed', 'person', null);
      return page;
    });
  }

  /**
   * One person with everything that belongs to them; that it was read is audited with it.
   *
   * @throws Problem 404, also for somebody outside the caller's units.
   */
  read(organiser: SignedInOrganiser, id: string) {
    return this.database.asOrganiser(organiser, async (manager) => {
      const person = await this.repository.person(manager, id);
      if (person === undefined) throw notFound();
      const allocations = await this.repository.allocations(manager, id);
      const details = {
        ...person,
        contactPoints: await this.repository.contactPoints(manager, id),
        allocation: allocations.find(({ validUntil }) => validUntil === null) ?? null,
        allocationHistory: allocations.filter(({ validUntil }) => validUntil !== null),
        consents: await this.repository.consents(manager, id),
        submissions: await this.repository.submissions(manager, id),
        followUps: await this.repository.followUps(manager, id),
      };
      await recordDeed(manager, organiser, 'person.read', 'person', id);
      return details;
    });
  }

  /**
   * Puts a record right. Who lives elsewhere now, or has another age, is decided anew for in the
   * same transaction. A change that changes nothing leaves the version as it is, and tells nobody.
   *
   * @returns the record as it is now, also where it has gone to others with this change.
   * @throws Problem 404 out of sight, 422 for a postcode that is none; StaleVersion 412.
   */
  async change(
    organiser: SignedInOrganiser,
    id: string,
    version: number,
    change: PersonChange,
  ): Promise<PersonRecord> {
    const record = await this.database.asOrganiser(organiser, (organisers) =>
      this.database.asApplication(organisers, async (manager) => {
        const isMine = await this.homeMoves.lockMine(manager, id);
        const found = isMine ? await this.changes.columns(manager, id) : undefined;
        if (found === undefined) throw notFound();
        if (found.version !== version) throw new StaleVersion();
        const settled = settledChange(found.columns, change, this.locator);
        const faults = postcodeFaults(found.columns, settled, this.locator);
        if (faults.length > 0) throw invalidInput(faults);
        const changed = changedColumns(found.columns, settled);
        if (Object.keys(changed).length > 0) {
          await this.changes.change(manager, id, found.columns, changed);
          if (concernsHome(changed)) {
            await this.homeMoves.follow(manager, id, organiser.organiserId);
          }
          await this.auditChange(manager, organiser, id, Object.keys(changed));
        } else {
          // The answer tells what stands there, all the same.
          await recordDeed(manager, organiser, 'person.read', 'person', id);
        }
        return this.changes.record(manager, id);
      }),
    );
    if (record === undefined) throw new Error('A person who was locked is gone.');
    this.outbox.ring();
    return record;
  }

  /** One entry for each column, by name: what stood there and stands there now is not for a trail. */
  private async auditChange(
    manager: EntityManager,
    { organiserId }: SignedInOrganiser,
    personId: string,
    columns: readonly string[],
  ): Promise<void> {
    for (const column of columns) {
      await recordDeed(manager, { organiserId }, `person.${column}_changed`, 'person', personId);
    }
  }
}
