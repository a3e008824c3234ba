import { Injectable } from '@nestjs/common';
import { recordDeed } from '../audit/audit.js';
import { Configuration } from '../platform/config/configuration.js';
import { Database, type OrganiserManager } from '../platform/database/database.js';
import { StaleVersion } from '../platform/http/if-match.js';
import type { Fault } from '../platform/http/problem.js';
import { invalidInput, notFound } from '../platform/http/standard-problems.js';
import {
  type GrantSpan,
  type GrantToChange,
  GrantsAdminRepository,
  type NewGrant,
} from './grants-admin.repository.js';
import {
  GrantAwaitsConfirmation,
  GrantExists,
  GrantHasBegun,
  GrantOfCover,
  GrantOver,
  LastAdministrator,
  MayNotGive,
  NothingToConfirm,
  OwnGrant,
} from './grants.admin-errors.js';
import type {
  GrantChange,
  GrantConfirmation,
  GrantEnding,
  GrantsQuery,
  NewGrantInput,
} from './grants.admin-schemas.js';
import { IdempotentCreation } from './idempotent-creation.js';
import { KIND_OF_ROLE } from './role-places.js';
import { roleInWords } from './permissions.js';
import type { SignedInOrganiser } from './signed-in-organiser.js';

/**
 * Who holds which role where, and until when. One gives, changes, confirms and ends what one holds
 * oneself, to others; the database is held to the same, whatever is asked of it here.
 */
@Injectable()
export class GrantsAdminService {
  private readonly graceDays: number;

  constructor(
    private readonly database: Database,
    private readonly repository: GrantsAdminRepository,
    private readonly creation: IdempotentCreation,
    configuration: Configuration,
  ) {
    this.graceDays = configuration.environment.GRANT_GRACE_DAYS;
  }

  /** A page of the grants on the caller's units. */
  list(organiser: SignedInOrganiser, query: GrantsQuery) {
    return this.database.asOrganiser(organiser, (manager) => this.repository.page(manager, query));
  }

  /** @throws Problem 404, also for a grant on a unit that is not the caller's. */
  read(organiser: SignedInOrganiser, id: string) {
    return this.database.asOrganiser(organiser, (manager) => this.grant(manager, id));
  }

  /**
   * Gives a role to an organiser whom the caller sees.
   *
   * @throws Problem 422 with all faults; MayNotGive, OwnGrant 403; GrantExists 409.
   */
  give(organiser: SignedInOrganiser, input: NewGrantInput, key: string | undefined) {
    const request = { route: 'grants', key, input };
    return this.creation.run(organiser, request, async (manager) => {
      const now = await this.repository.lock(manager);
      const grant = this.newGrant(input, now);
      await this.refuseFaults(manager, input, grant, now);
      const { role, unitId } = grant;
      if (!(await this.repository.mayGive(manager, role, unitId))) throw new MayNotGive(role);
      await this.refuseOwn(manager, organiser, grant.organiserId);
      await this.refuseOverlap(manager, grant);
      const id = await this.repository.insert(manager, grant);
      if (id === undefined) throw new MayNotGive(role);
      await this.audit(manager, organiser, 'given', id);
      return this.grant(manager, id);
    });
  }

  /**
   * Changes when a grant holds.
   *
   * @throws Problem 404, 422; MayNotGive, OwnGrant 403; LastAdministrator, GrantOver,
   *   GrantAwaitsConfirmation, GrantHasBegun, GrantOfCover, GrantExists 409; StaleVersion.
   */
  change(organiser: SignedInOrganiser, id: string, version: number, change: GrantChange) {
    return this.database.asOrganiser(organiser, async (manager) => {
      const { grant: before, now } = await this.toChange(manager, id);
      if (before.version !== version) throw new StaleVersion();
      if (before.state === 'grace') throw new GrantAwaitsConfirmation();
      if (change.validFrom === undefined && change.validUntil === undefined) return before;
      if (change.validFrom !== undefined && before.state !== 'upcoming') throw new GrantHasBegun();
      const span = {
        validFrom:
          change.validFrom === undefined ? undefined : later(new Date(change.validFrom), now),
        validUntil: change.validUntil === undefined ? undefined : dateOrNull(change.validUntil),
      };
      const { validFrom = before.validFrom, validUntil = before.validUntil } = span;
      refuse([...spanFaults(change, { validFrom, validUntil }, now)]);
      const lengthens = validFrom < before.validFrom || endsLater(validUntil, before.validUntil);
      if (lengthens) await this.refuseOwn(manager, organiser, before.organiser.id);
      if (endsLater(before.validUntil, validUntil)) await this.refuseLast(manager, before);
      await this.set(manager, before, span);
      await this.audit(manager, organiser, 'changed', id);
      return this.grant(manager, id);
    });
  }

  /**
   * Lets a grant that has an end, or is in its grace, go on until another day.
   *
   * @throws Problem 404, 422; MayNotGive, OwnGrant 403; NothingToConfirm, GrantOver, GrantOfCover,
   *   GrantExists 409.
   */
  confirm(organiser: SignedInOrganiser, id: string, { validUntil }: GrantConfirmation) {
    return this.database.asOrganiser(organiser, async (manager) => {
      const { grant: before, now } = await this.toChange(manager, id);
      if (before.state === 'upcoming' || before.validUntil === null) throw new NothingToConfirm();
      const end = new Date(validUntil);
      if (end <= before.validUntil || end <= now) {
        const message = 'Confirm it until a later day than the one on which it ends now.';
        refuse([{ path: 'validUntil', code: 'not_later', message }]);
      }
      await this.refuseOwn(manager, organiser, before.organiser.id);
      await this.set(manager, before, { validUntil: end });
      await this.audit(manager, organiser, 'confirmed', id);
      return this.grant(manager, id);
    });
  }

  /**
   * Ends a grant at once, without a grace; what is being done by it in this moment ends, too.
   *
   * @throws Problem 404; MayNotGive 403; LastAdministrator, GrantOver 409.
   */
  end(organiser: SignedInOrganiser, id: string, { reason }: GrantEnding) {
    return this.database.asOrganiser(organiser, async (manager) => {
      const { grant } = await this.locked(manager, id);
      await this.refuseLast(manager, grant);
      // Read before: whoever ends a grant of their own may not see its posts afterwards.
      const postsLeft = await this.repository.postsLeftWithout(manager, id);
      if (!(await this.repository.end(manager, id, reason ?? null))) throw new GrantOver();
      await this.audit(manager, organiser, 'ended', id);
      return { ...(await this.grant(manager, id)), postsLeft };
    });
  }

  private newGrant(input: NewGrantInput, now: Date): NewGrant {
    const { organiserId, role, unit, validFrom, validUntil } = input;
    return {
      organiserId,
      role,
      unitId: unit,
      validFrom: validFrom === undefined ? now : later(new Date(validFrom), now),
      validUntil: dateOrNull(validUntil ?? null),
      graceDays: this.graceDays,
    };
  }

  private async refuseFaults(
    manager: OrganiserManager,
    input: NewGrantInput,
    { organiserId, role, unitId, ...span }: NewGrant,
    now: Date,
  ): Promise<void> {
    const faults: Fault[] = [];
    const account = await this.repository.organiser(manager, organiserId);
    if (account === undefined) {
      const message = 'You see no organiser of this id. Invite whoever has no account yet.';
      faults.push({ path: 'organiserId', code: 'unknown_organiser', message });
    } else if (account.disabled) {
      const message = 'The account of this organiser is closed.';
      faults.push({ path: 'organiserId', code: 'organiser_disabled', message });
    }
    const unit = await this.repository.unit(manager, unitId);
    const kind = KIND_OF_ROLE[role];
    if (unit === undefined) {
      const message = 'There is no open unit of this id among yours.';
      faults.push({ path: 'unit', code: 'unknown_unit', message });
    } else if (kind !== undefined && unit.kind !== kind) {
      const message = `The role of ${roleInWords(role)} goes with a ${KIND_IN_WORDS[kind]}.`;
      faults.push({ path: 'role', code: 'role_does_not_fit', message });
    }
    faults.push(...spanFaults(input, span, now));
    refuse(faults);
  }

  /** A grant that may still be changed, with the lock on all of them. */
  private async toChange(manager: OrganiserManager, id: string) {
    const locked = await this.locked(manager, id);
    if (locked.grant.coverId !== null) throw new GrantOfCover();
    return locked;
  }

  private async locked(manager: OrganiserManager, id: string) {
    const now = await this.repository.lock(manager);
    const grant = await this.grant(manager, id);
    if (!grant.mayGive) throw new MayNotGive(grant.role);
    if (grant.state === 'ended') throw new GrantOver();
    return { grant, now };
  }

  private async set(
    manager: OrganiserManager,
    { id, version, organiser, role, unit, ...before }: GrantToChange,
    span: GrantSpan,
  ): Promise<void> {
    const { validFrom = before.validFrom, validUntil = before.validUntil } = span;
    const grant = { organiserId: organiser.id, role, unitId: unit.id, validFrom, validUntil };
    await this.refuseOverlap(manager, grant, id);
    const { graceDays } = this;
    if (!(await this.repository.change(manager, id, version, { ...span, graceDays }))) {
      throw new StaleVersion();
    }
  }

  private async refuseOwn(
    manager: OrganiserManager,
    { organiserId }: SignedInOrganiser,
    holderId: string,
  ): Promise<void> {
    if (holderId !== organiserId) return;
    if (!(await this.repository.administersAlone(manager))) throw new OwnGrant();
  }

  private async refuseLast(
    manager: OrganiserManager,
    { role, state, organiser }: GrantToChange,
  ): Promise<void> {
    if (role !== 'national_administrator' || state === 'upcoming' || state === 'grace') return;
    if (organiser.disabled) return;
    if (!(await this.repository.administeredWithout(manager, organiser.id))) {
      throw new LastAdministrator();
    }
  }

  private async refuseOverlap(
    manager: OrganiserManager,
    grant: Omit<NewGrant, 'graceDays'>,
    except?: string,
  ): Promise<void> {
    const other = await this.repository.overlapping(manager, grant, except);
    if (other !== undefined) throw new GrantExists(other);
  }

  private async grant(manager: OrganiserManager, id: string): Promise<GrantToChange> {
    const grant = await this.repository.grant(manager, id);
    if (grant === undefined) throw notFound();
    return grant;
  }

  private audit(
    manager: OrganiserManager,
    { organiserId }: SignedInOrganiser,
    deed: 'given' | 'changed' | 'confirmed' | 'ended',
    id: string,
  ): Promise<void> {
    return recordDeed(manager, { organiserId }, `grant.${deed}`, 'organiser_grant', id);
  }
}

const KIND_IN_WORDS = {
  national: 'national office',
  region: 'region',
  branch: 'branch',
} as const;

/** What is wrong with the times that were given. A day that has begun counts from now on. */
function* spanFaults(
  given: { validFrom?: string | undefined; validUntil?: string | null | undefined },
  { validFrom, validUntil }: { validFrom: Date; validUntil: Date | null },
  now: Date,
): Generator<Fault> {
  if (given.validFrom !== undefined && now.getTime() - Date.parse(given.validFrom) > DAY) {
    const message = 'A grant begins now or later.';
    yield { path: 'validFrom', code: 'in_the_past', message };
  }
  if (given.validUntil === undefined || validUntil === null) return;
  if (validUntil <= now) {
    const message = 'This is over already. End the grant if it is to end now.';
    yield { path: 'validUntil', code: 'in_the_past', message };
  } else if (validUntil <= validFrom) {
    const message = 'A grant ends after it has begun.';
    yield { path: 'validUntil', code: 'not_after', message };
  }
}

/** The longest day has 25 hours. */
const DAY = 25 * 3600 * 1000;

function refuse(faults: readonly Fault[]): void {
  if (faults.length > 0) throw invalidInput(faults);
}

function dateOrNull(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}

function later(one: Date, other: Date): Date {
  return one > other ? one : other;
}

/** Whether one end comes after another; null is no end. */
function endsLater(one: Date | null, other: Date | null): boolean {
  if (other === null) return false;
  return one === null || one > other;
}
