import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { FollowUpsRepository } from '../../follow-ups/follow-ups.repository.js';
import { FollowUpsService } from '../../follow-ups/follow-ups.service.js';
import { newId } from '../../platform/new-id.js';
import { OutboxService } from '../../platform/outbox/outbox.service.js';
import { Clock } from '../../platform/time/clock.js';
import { royalMailPostcode } from '../../postcodes/royal-mail-postcode.js';
import type { DirectoryView } from '../../units/directory-view.js';
import type { Unit } from '../../units/unit.js';
import { UnitDirectory } from '../../units/unit-directory.js';
import { newAllocationRow } from '../allocation-row.js';
import { Allocator } from '../allocator.js';
import { distanceTo } from '../decide-allocation.js';
import { decideAnew, endOverride } from './move-jobs.definitions.js';
import { MoveMessages } from './move-messages.js';
import { MovesRepository, type PlacementRow } from './moves.repository.js';
import { PlacedPeopleRepository } from './placed-people.repository.js';
import { type PlacedPerson, isNews, keepingIn } from './placed-person.js';

/** What somebody is decided anew for. */
export interface ReallocationCause {
  /** The organiser whose deed it is; null where nobody did it. */
  readonly decidedById: string | null;
  /** Whether the old and the new unit hear of it; where nothing moves, nobody does. */
  readonly tells: boolean;
  /** Whether open duties go along; else the caller sees to them. */
  readonly movesDuties?: boolean;
  /** Sets aside what an organiser has said, though it still holds. */
  readonly endsOverride?: boolean;
}

/** What an organiser has said about where somebody belongs. */
export interface Override {
  readonly unit: Unit;
  readonly reason: string;
  /** When it ends by itself; null: not before somebody ends it. */
  readonly until: Date | null;
  readonly decidedById: string;
}

/** What became of it: `later` where the locator is down. */
export type ReallocationResult = 'unchanged' | 'changed' | 'later';

/**
 * Where somebody belongs, decided anew: because they have moved home, an organiser says so, or an
 * override has ended. Allocation, duties, submissions and messages change in the caller's one
 * transaction. Locks are taken in one order everywhere: person, duties by id, submissions.
 */
@Injectable()
export class Reallocation {
  constructor(
    private readonly people: PlacedPeopleRepository,
    private readonly moves: MovesRepository,
    private readonly directory: UnitDirectory,
    private readonly allocator: Allocator,
    private readonly followUps: FollowUpsService,
    private readonly duties: FollowUpsRepository,
    private readonly messages: MoveMessages,
    private readonly outbox: OutboxService,
    private readonly clock: Clock,
  ) {}

  /** Locks somebody with their open duties, and reads where they belong. */
  async lock(manager: EntityManager, personId: string): Promise<PlacedPerson | undefined> {
    if (!(await this.people.lock(manager, personId))) return undefined;
    return this.locked(manager, personId);
  }

  /** As `lock`, in the application's part of an organiser's transaction: theirs, or nobody. */
  async lockMine(manager: EntityManager, personId: string): Promise<PlacedPerson | undefined> {
    if (!(await this.people.lockMine(manager, personId))) return undefined;
    return this.locked(manager, personId);
  }

  /** Decides by the rules, unless an override holds. The person is locked by `lock`. */
  async decideAnew(
    manager: EntityManager,
    person: PlacedPerson,
    cause: ReallocationCause,
  ): Promise<ReallocationResult> {
    const view = await this.freshView(manager);
    if (person.overridden && cause.endsOverride !== true) {
      return this.keepOverridden(manager, view, person, cause);
    }
    const decision = this.allocator.decide(view, postcodeOf(person));
    if (decision.provisional) return 'later';
    if (person.allocation !== null && !isNews(person, decision)) {
      // They may have moved home under the same rule: the way to the branch is another.
      await this.moves.measureAnew(manager, person.allocation.id, decision);
      return this.settle(manager, view, person, { unit: decision.unit, row: undefined }, cause);
    }
    const row = {
      ...newAllocationRow(newId(), decision),
      decided_by: cause.decidedById,
      reason: null,
      overridden_until: null,
    };
    return this.settle(manager, view, person, { unit: decision.unit, row }, cause);
  }

  /** As `decideAnew`; while the locator is down a job goes on trying. */
  async decideAnewOrLater(
    manager: EntityManager,
    person: PlacedPerson,
    cause: ReallocationCause,
  ): Promise<void> {
    if ((await this.decideAnew(manager, person, cause)) !== 'later') return;
    await this.outbox.enqueue(manager, decideAnew, { personId: person.id });
  }

  /** Puts somebody where an organiser says they belong, whatever the rules say. */
  async override(manager: EntityManager, person: PlacedPerson, given: Override): Promise<void> {
    const view = await this.freshView(manager);
    const row = this.overrideRow(view, person, given);
    const cause = { decidedById: given.decidedById, tells: true };
    await this.settle(manager, view, person, { unit: given.unit, row }, cause);
    if (given.until === null) return;
    await this.outbox.enqueue(
      manager,
      endOverride,
      { allocationId: row.id },
      { availableAt: given.until },
    );
  }

  private async locked(
    manager: EntityManager,
    personId: string,
  ): Promise<PlacedPerson | undefined> {
    await this.duties.openOfPerson(manager, personId);
    return this.people.find(manager, personId);
  }

  /** Where an override holds, all that may change is who keeps a child who has grown up, or is none. */
  private async keepOverridden(
    manager: EntityManager,
    view: DirectoryView,
    person: PlacedPerson,
    cause: ReallocationCause,
  ): Promise<ReallocationResult> {
    const { allocation } = person;
    const unit = view.get(allocation?.unitId ?? '');
    if (allocation === null || unit === undefined) return 'unchanged';
    // They may have moved home: how far their branch is from there is no part of what was said.
    const located = this.allocator.locateOrNowhere(postcodeOf(person));
    await this.moves.measureAnew(manager, allocation.id, {
      precision: located.precision,
      distanceKm: unit.kind === 'branch' ? distanceTo(unit, located) : null,
      datasetVersion: this.allocator.datasetVersion,
    });
    return this.settle(manager, view, person, { unit, row: undefined }, cause);
  }

  private async settle(
    manager: EntityManager,
    view: DirectoryView,
    person: PlacedPerson,
    { unit, row }: { unit: Unit; row: PlacementRow | undefined },
    { tells, movesDuties = true }: ReallocationCause,
  ): Promise<ReallocationResult> {
    const allocationId = row?.id ?? person.allocation?.id;
    const { keeper, isMinor, moves } = keepingIn(unit, person, {
      national: view.national,
      today: this.clock.today(),
    });
    await this.moves.place(
      manager,
      row === undefined ? [] : [{ ...row, person_id: person.id }],
      moves ? [{ person_id: person.id, to_unit_id: keeper.id }] : [],
    );
    if (!moves) return row === undefined ? 'unchanged' : 'changed';
    const openThere = movesDuties
      ? await this.followUps.moveAllOf(
          manager,
          person.id,
          view.responsible(keeper),
          isMinor ? 'safeguarding_officer' : undefined,
        )
      : 0;
    if (movesDuties) await this.duties.moveOpenHandlings(manager, person.id, keeper.id);
    if (tells && allocationId !== undefined) {
      await this.messages.tell(manager, {
        allocationId,
        from: view.get(person.keeperId),
        to: keeper,
        isToldByDuty: openThere > 0,
      });
    }
    return 'changed';
  }

  private overrideRow(
    view: DirectoryView,
    person: PlacedPerson,
    { unit, reason, until, decidedById }: Override,
  ): PlacementRow {
    const branch = unit.kind === 'branch' ? unit : null;
    const region = branch === null ? unit : view.regionOf(branch);
    const located = this.allocator.locateOrNowhere(postcodeOf(person));
    return {
      id: newId(),
      method: 'override',
      unit_id: unit.id,
      branch_id: branch?.id ?? null,
      region_id: region.kind === 'region' ? region.id : null,
      rule_prefix: null,
      precision: located.precision,
      distance_km: branch && distanceTo(branch, located),
      explanation: `An organiser has put them into ${unit.name}`,
      directory_version: view.version,
      dataset_version: this.allocator.datasetVersion,
      decided_by: decidedById,
      reason,
      overridden_until: until?.toISOString() ?? null,
    };
  }

  /** The organisation as the transaction sees it: a decision from an older one would not be mended. */
  private async freshView(manager: EntityManager): Promise<DirectoryView> {
    const version = await this.moves.directoryVersion(manager);
    if (this.directory.view.version !== version) await this.directory.reload();
    return this.directory.view;
  }
}

function postcodeOf({ country, postcode }: PlacedPerson) {
  return royalMailPostcode({ country, postcode: postcode ?? undefined });
}
