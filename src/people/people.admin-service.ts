import { Injectable } from '@nestjs/common';
import { recordAudit } from '../audit/audit.js';
import type { SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Database } from '../platform/database/database.js';
import { notFound } from '../platform/http/standard-problems.js';
import { PeopleAdminRepository } from './people-admin.repository.js';
import type { PeopleQuery } from './people.admin-schemas.js';

/** People as an organiser may see them. */
@Injectable()
export class PeopleAdminService {
  constructor(
    private readonly database: Database,
    private readonly repository: PeopleAdminRepository,
  ) {}

  /** A page of the people of the caller's units. */
  list(organiser: SignedInOrganiser, query: PeopleQuery) {
    return this.database.asOrganiser(organiser, (manager) => this.repository.page(manager, query));
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
      await recordAudit(manager, {
        actorKind: 'organiser',
        actorId: organiser.organiserId,
        action: 'person.read',
        subjectKind: 'person',
        subjectId: id,
      });
      return details;
    });
  }
}
