import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { recordDeed } from '../../audit/audit.js';
import { type Creation, IdempotentCreation } from '../../organisers/idempotent-creation.js';
import type { SignedInOrganiser } from '../../organisers/signed-in-organiser.js';
import { Database, type OrganiserManager } from '../../platform/database/database.js';
import { StaleVersion, versionToChange } from '../../platform/http/if-match.js';
import { notFound, unavailable } from '../../platform/http/standard-problems.js';
import { OutboxService } from '../../platform/outbox/outbox.service.js';
import { Clock } from '../../platform/time/clock.js';
import { endOfLondonDay } from '../../platform/time/london-day.js';
import type { Unit } from '../../units/unit.js';
import { UnitDirectory } from '../../units/unit-directory.js';
import {
  AllocationsAdminRepository,
  type StoredAllocation,
} from './allocations-admin.repository.js';
import { NoOverride, notAhead, unknownUnit } from './allocations.admin-errors.js';
import type {
  CurrentAllocation,
  ExplainedAllocation,
  OverrideInput,
} from './allocations.admin-schemas.js';
import type { PlacedPerson } from './placed-person.js';
import { Reallocation } from './reallocation.js';
import { whyInWords } from './why.js';

/** Why somebody belongs where, and an organiser's word against the rules. */
@Injectable()
export class AllocationsAdminService {
  constructor(
    private readonly database: Database,
    private readonly creation: IdempotentCreation,
    private readonly repository: AllocationsAdminRepository,
    private readonly reallocation: Reallocation,
    private readonly directory: UnitDirectory,
    private readonly outbox: OutboxService,
    private readonly clock: Clock,
  ) {}

  /** The current allocation in words, and those before it. @throws Problem 404. */
  read(organiser: SignedInOrganiser, personId: string) {
    return this.database.asOrganiser(organiser, async (manager) => {
      const version = await this.repository.version(manager, personId);
      if (version === undefined) throw notFound();
      const all = await this.repository.history(manager, personId);
      const current = all.find(({ validUntil }) => validUntil === null);
      await recordDeed(manager, organiser, 'person.allocation_read', 'person', personId);
      return {
        personId,
        version,
        current: current === undefined ? null : explained(current),
        history: all.filter(({ validUntil }) => validUntil !== null).map(explained),
      };
    });
  }

  /**
   * Puts somebody into a unit of the caller's, whatever the rules say. A recompute leaves them there.
   *
   * @param ifMatch the version that the caller has seen, where they want to be sure.
   * @throws Problem 404 out of sight, 422 for the unit or the day; StaleVersion 412.
   */
  async override(
    organiser: SignedInOrganiser,
    personId: string,
    input: OverrideInput,
    { key, ifMatch }: { key: string | undefined; ifMatch: string | undefined },
  ): Promise<Creation<CurrentAllocation>> {
    const request = { route: `people/${personId}/allocation`, key, input };
    const created = await this.creation.run(organiser, request, async (manager) => {
      if ((await this.repository.version(manager, personId)) === undefined) throw notFound();
      const unit = await this.unitNamed(manager, input);
      const until = this.endOf(input);
      return this.database.asApplication(manager, async (application) => {
        const person = await this.lock(application, personId, ifMatch);
        await this.reallocation.override(application, person, {
          unit,
          reason: input.reason,
          until,
          decidedById: organiser.organiserId,
        });
        await audit(application, organiser, 'allocation.overridden', personId);
        return this.currentOf(application, personId);
      });
    });
    this.outbox.ring();
    return created;
  }

  /**
   * Ends an override: the rules decide again.
   *
   * @returns where they belong now, also where they are out of the caller's sight with it.
   * @throws Problem 404, StaleVersion 412, NoOverride 409; 503 while the locator is down.
   */
  async endOverride(
    organiser: SignedInOrganiser,
    personId: string,
    ifMatch: string | undefined,
  ): Promise<CurrentAllocation> {
    const ended = await this.database.asOrganiser(organiser, (manager) =>
      this.database.asApplication(manager, async (application) => {
        const person = await this.lock(application, personId, ifMatch);
        if (person.allocation?.method !== 'override') throw new NoOverride();
        const result = await this.reallocation.decideAnew(application, person, {
          decidedById: organiser.organiserId,
          tells: true,
          endsOverride: true,
        });
        if (result === 'later') throw unavailable();
        await audit(application, organiser, 'allocation.override_ended', personId);
        return this.currentOf(application, personId);
      }),
    );
    this.outbox.ring();
    return ended;
  }

  private async lock(
    application: EntityManager,
    personId: string,
    ifMatch: string | undefined,
  ): Promise<PlacedPerson> {
    const person = await this.reallocation.lockMine(application, personId);
    if (person === undefined) throw notFound();
    if (ifMatch !== undefined && versionToChange(ifMatch) !== person.version) {
      throw new StaleVersion();
    }
    return person;
  }

  private async unitNamed(manager: OrganiserManager, input: OverrideInput): Promise<Unit> {
    const [kind, name] =
      input.branch === undefined
        ? (['region', input.region ?? ''] as const)
        : (['branch', input.branch] as const);
    const id = await this.repository.unitOfMine(manager, kind, name);
    if (id === undefined) throw unknownUnit(kind);
    // Made a moment ago, perhaps, and not yet in this process's memory.
    if (this.directory.view.get(id) === undefined) await this.directory.reload();
    const unit = this.directory.view.get(id);
    if (unit === undefined) throw unavailable(1);
    return unit;
  }

  private endOf({ until }: OverrideInput): Date | null {
    if (until === undefined) return null;
    if (until <= this.clock.today()) throw notAhead();
    return endOfLondonDay(until);
  }

  private async currentOf(manager: EntityManager, personId: string): Promise<CurrentAllocation> {
    const current = await this.repository.current(manager, personId);
    const version = await this.repository.version(manager, personId);
    if (current === undefined || version === undefined) throw new Error('Nothing holds.');
    return { personId, version, current: explained(current) };
  }
}

function explained(stored: StoredAllocation): ExplainedAllocation {
  const {
    endsAt,
    lastDay,
    reason,
    unitName: _unitName,
    isKeptElsewhere: _isKeptElsewhere,
    ...allocation
  } = stored;
  return {
    ...allocation,
    why: whyInWords(stored),
    override: reason === null ? null : { reason, until: lastDay, endsAt },
  };
}

function audit(
  manager: EntityManager,
  { organiserId }: SignedInOrganiser,
  action: string,
  personId: string,
): Promise<void> {
  return recordDeed(manager, { organiserId }, action, 'person', personId);
}
