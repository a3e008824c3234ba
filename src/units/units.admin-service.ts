import { Injectable } from '@nestjs/common';
import { recordDeed } from '../audit/audit.js';
import { IdempotentCreation } from '../organisers/idempotent-creation.js';
import type { SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Database, type OrganiserManager } from '../platform/database/database.js';
import { StaleVersion } from '../platform/http/if-match.js';
import type { PageQuery } from '../platform/http/keyset-page.js';
import { forbidden, notFound } from '../platform/http/standard-problems.js';
import { Clock } from '../platform/time/clock.js';
import { lockOrganisation } from './organisation-lock.repository.js';
import { columnsOf } from './unit-columns.js';
import { UnitsAdminRepository, type UnitColumns } from './units-admin.repository.js';
import { closedInFuture, SlugTaken, unknownRegion } from './units.admin-errors.js';
import type {
  AdminBranch,
  BranchChange,
  BranchClosing,
  BranchesQuery,
  NewBranch,
  NewRegion,
  RegionChange,
} from './units.admin-schemas.js';

/** Regions and branches as organisers see and change them. */
@Injectable()
export class UnitsAdminService {
  constructor(
    private readonly database: Database,
    private readonly repository: UnitsAdminRepository,
    private readonly creation: IdempotentCreation,
    private readonly clock: Clock,
  ) {}

  /** A page of the caller's regions. */
  regions(organiser: SignedInOrganiser, query: PageQuery) {
    return this.database.asOrganiser(organiser, (manager) =>
      this.repository.regions(manager, query),
    );
  }

  /** @throws Problem 404, also for a region that is not the caller's. */
  region(organiser: SignedInOrganiser, id: string) {
    return this.database.asOrganiser(organiser, async (manager) =>
      found(await this.repository.region(manager, id)),
    );
  }

  /**
   * Makes a region, with its office vacant.
   *
   * @throws Problem 403 unless the whole country is the caller's; SlugTaken 409.
   */
  createRegion(organiser: SignedInOrganiser, input: NewRegion, key: string | undefined) {
    const request = { route: 'regions', key, input };
    return this.creation.run(organiser, request, async (manager) => {
      const parentId = await this.repository.nationalOfficeToChange(manager);
      if (parentId === undefined) throw forbidden('regions.write');
      const { slug, name, ...change } = input;
      const unit = { kind: 'region' as const, parentId, slug, ...columnsOf(change), name };
      const id = await this.repository.insert(manager, unit);
      if (id === undefined) throw new SlugTaken('region', slug);
      await this.audit(manager, organiser, 'region.created', id);
      return found(await this.repository.region(manager, id));
    });
  }

  /**
   * Changes what is given of a region.
   *
   * @throws Problem 404 out of sight, 403 unless the whole country is the caller's; StaleVersion.
   */
  changeRegion(organiser: SignedInOrganiser, id: string, version: number, change: RegionChange) {
    return this.database.asOrganiser(organiser, async (manager) => {
      const before = found(await this.repository.region(manager, id));
      if (!(await this.change(manager, before, version, columnsOf(change)))) return before;
      await this.audit(manager, organiser, 'region.changed', id);
      return found(await this.repository.region(manager, id));
    });
  }

  /** A page of the caller's branches. */
  branches(organiser: SignedInOrganiser, query: BranchesQuery) {
    return this.database.asOrganiser(organiser, (manager) =>
      this.repository.branches(manager, query),
    );
  }

  /** @throws Problem 404, also for a branch that is not the caller's. */
  branch(organiser: SignedInOrganiser, id: string) {
    return this.database.asOrganiser(organiser, async (manager) =>
      found(await this.repository.branch(manager, id)),
    );
  }

  /**
   * Makes a branch in a region of the caller, with its office vacant.
   *
   * @throws Problem 422 `unknown_region`; SlugTaken 409.
   */
  createBranch(organiser: SignedInOrganiser, input: NewBranch, key: string | undefined) {
    const request = { route: 'branches', key, input };
    return this.creation.run(organiser, request, async (manager) => {
      const { slug, name, region, ...change } = input;
      const parentId = await this.repository.openRegion(manager, region);
      if (parentId === undefined) throw unknownRegion();
      const unit = { kind: 'branch' as const, parentId, slug, ...columnsOf(change), name };
      const id = await this.repository.insert(manager, unit);
      if (id === undefined) throw new SlugTaken('branch', slug);
      await this.audit(manager, organiser, 'branch.created', id);
      return found(await this.repository.branch(manager, id));
    });
  }

  /**
   * Changes what is given of a branch. Closing it drops its rules, so that nobody new is sent there;
   * its people and duties stay where they are until they are moved, and the answer counts them.
   *
   * @throws Problem 404 out of sight, 403 where it is not the caller's to change, 422
   *   `in_the_future`; StaleVersion.
   */
  changeBranch(organiser: SignedInOrganiser, id: string, version: number, change: BranchChange) {
    const { closedAt } = change;
    if (closedAt != null && new Date(closedAt) > this.clock.now()) throw closedInFuture();
    return this.database.asOrganiser(organiser, async (manager) => {
      if (closedAt != null) await lockOrganisation(manager);
      const before = found(await this.repository.branch(manager, id));
      if (!(await this.change(manager, before, version, columnsOf(change)))) {
        return { ...before, closing: null };
      }
      const closes = closedAt != null && before.closedAt === null;
      const opens = closedAt === null && before.closedAt !== null;
      const deed = closes ? 'closed' : opens ? 'reopened' : 'changed';
      await this.audit(manager, organiser, `branch.${deed}`, id);
      const closing = closes ? await this.close(manager, organiser, before) : null;
      return { ...found(await this.repository.branch(manager, id)), closing };
    });
  }

  /** @returns whether there was anything to change. */
  private async change(
    manager: OrganiserManager,
    before: { id: string; version: number; changeable: boolean },
    version: number,
    columns: UnitColumns,
  ): Promise<boolean> {
    if (!before.changeable) throw forbidden('regions.write');
    if (before.version !== version) throw new StaleVersion();
    if (Object.keys(columns).length === 0) return false;
    if (!(await this.repository.change(manager, before.id, version, columns))) {
      throw new StaleVersion();
    }
    return true;
  }

  private async close(
    manager: OrganiserManager,
    organiser: SignedInOrganiser,
    { id, name, region }: AdminBranch,
  ): Promise<BranchClosing> {
    const rules = await this.repository.dropRules(manager, id);
    for (const rule of rules) {
      await recordDeed(manager, organiser, 'coverage_rule.deleted', 'coverage_rule', rule.id);
    }
    const remaining = await this.repository.remaining(manager, id);
    return {
      rulesDropped: rules.map(({ code }) => code),
      ...remaining,
      next:
        `Nobody new is sent to ${name}. Its people stay there until allocations are recomputed; ` +
        overriddenInWords(remaining.peopleToMove.overridden) +
        `its open duties go to ${region.name} with their next notice.`,
    };
  }

  private audit(
    manager: OrganiserManager,
    { organiserId }: SignedInOrganiser,
    action: string,
    unitId: string,
  ): Promise<void> {
    return recordDeed(manager, { organiserId }, action, 'unit', unitId);
  }
}

/** What a recompute passes over, as a part of a sentence; nothing where that is nobody. */
function overriddenInWords(count: number): string {
  if (count === 0) return '';
  const who = count === 1 ? '1 of them was' : `${count} of them were`;
  return (
    `${who} put there by an organiser’s override, and no recompute moves anybody who was: they stay ` +
    'until their override ends or an organiser moves them by hand; '
  );
}

function found<Unit>(unit: Unit | undefined): Unit {
  if (unit === undefined) throw notFound();
  return unit;
}
