import { Injectable } from '@nestjs/common';
import { recordDeed } from '../audit/audit.js';
import { Database, type OrganiserManager } from '../platform/database/database.js';
import { StaleVersion } from '../platform/http/if-match.js';
import { notFound } from '../platform/http/standard-problems.js';
import { newId } from '../platform/new-id.js';
import { Clock } from '../platform/time/clock.js';
import { type KeyScope, permissionsAmong } from './api-key-scopes.js';
import { hashApiKeyToken, makeApiKeyToken, visiblePrefix } from './api-key-token.js';
import { ApiKeysAdminRepository, type FoundKey } from './api-keys-admin.repository.js';
import type { ApiKeyChange, ApiKeysQuery, NewApiKey, Rotation } from './api-keys.admin-schemas.js';
import {
  expiryOutOfRange,
  KeyEnded,
  RotationUnderWay,
  SecretAlreadyShown,
  unknownUnit,
} from './api-keys.errors.js';
import { IdempotentCreation } from './idempotent-creation.js';
import { PermissionMissing } from './organisers.errors.js';
import { rolesWith } from './permissions.js';
import type { SignedInOrganiser } from './signed-in-organiser.js';

/** Longest life of a key; somebody has to look at it again by then. */
const MOST_YEARS = 2;

/** Keys of programs, as those see and make them who answer for a unit. */
@Injectable()
export class ApiKeysAdminService {
  constructor(
    private readonly database: Database,
    private readonly repository: ApiKeysAdminRepository,
    private readonly creation: IdempotentCreation,
    private readonly clock: Clock,
  ) {}

  /** A page of the keys of the caller's units. */
  list(organiser: SignedInOrganiser, query: ApiKeysQuery) {
    return this.database.asOrganiser(organiser, (manager) => this.repository.page(manager, query));
  }

  /** @throws Problem 404, also for a key that is not of the caller's units. */
  read(organiser: SignedInOrganiser, id: string) {
    return this.database.asOrganiser(organiser, (manager) => this.key(manager, id));
  }

  /**
   * Makes a key and shows its secret, this once.
   *
   * @throws Problem 422 `unknown_unit`, `out_of_range`; PermissionMissing 403 for a scope that the
   *   caller does not hold over the unit; SecretAlreadyShown 409 for a second try.
   */
  async create(organiser: SignedInOrganiser, input: NewApiKey, idempotencyKey: string | undefined) {
    this.refuseExpiry(input.expiresAt);
    const secret = makeApiKeyToken();
    const request = { route: 'api-keys', key: idempotencyKey, input };
    const { answer: made, replayed } = await this.creation.run(
      organiser,
      request,
      async (manager) => {
        await this.refuseUnit(manager, organiser, input.unitId);
        await this.refuseMoreThanHeld(manager, organiser, input.scopes, input.unitId);
        const id = newId();
        await this.repository.insert(manager, id, input, kept(secret));
        await recordDeed(manager, organiser, 'api_key.created', 'api_key', id);
        // Kept for a second try, and so without the secret.
        return { id };
      },
    );
    if (replayed) throw new SecretAlreadyShown(made.id);
    return { ...(await this.read(organiser, made.id)), secret };
  }

  /** Names a key anew. @throws Problem 404 out of sight; StaleVersion. */
  rename(organiser: SignedInOrganiser, id: string, version: number, { name }: ApiKeyChange) {
    return this.database.asOrganiser(organiser, async (manager) => {
      const before = await this.key(manager, id);
      if (before.version !== version) throw new StaleVersion();
      if (before.name === name) return before;
      if (!(await this.repository.rename(manager, id, version, name))) throw new StaleVersion();
      await recordDeed(manager, organiser, 'api_key.changed', 'api_key', id);
      return this.key(manager, id);
    });
  }

  /**
   * Makes another secret for a key, and shows it this once; the present one works for some hours
   * more, so that programs can be given the other one by one.
   *
   * @throws Problem 404 out of sight; KeyEnded, RotationUnderWay, SecretAlreadyShown 409;
   *   PermissionMissing 403 for a key that may do what the caller may not.
   */
  async rotate(
    organiser: SignedInOrganiser,
    id: string,
    { overlapHours }: Rotation,
    idempotencyKey: string | undefined,
  ) {
    const secret = makeApiKeyToken();
    const request = {
      route: `api-keys/${id}/rotate`,
      key: idempotencyKey,
      input: { overlapHours },
    };
    const { replayed } = await this.creation.run(organiser, request, async (manager) => {
      const before = await this.key(manager, id, { lock: true });
      if (before.ended) throw new KeyEnded();
      if (before.previousUntil !== null && overlapHours > 0) throw new RotationUnderWay();
      await this.refuseMoreThanHeld(manager, organiser, before.scopes, before.unit.id);
      await this.repository.rotate(manager, id, kept(secret), overlapHours);
      await recordDeed(manager, organiser, 'api_key.rotated', 'api_key', id);
      return { id };
    });
    if (replayed) throw new SecretAlreadyShown(id);
    return { ...(await this.read(organiser, id)), secret };
  }

  /** Ends a key at once and for good; ending it again does no harm. @throws Problem 404. */
  revoke(organiser: SignedInOrganiser, id: string): Promise<void> {
    return this.database.asOrganiser(organiser, async (manager) => {
      await this.key(manager, id);
      if (!(await this.repository.revoke(manager, id))) return;
      await recordDeed(manager, organiser, 'api_key.revoked', 'api_key', id);
    });
  }

  private refuseExpiry(expiresAt: string): void {
    const now = this.clock.now();
    const latest = new Date(now);
    latest.setUTCFullYear(latest.getUTCFullYear() + MOST_YEARS);
    const end = new Date(expiresAt);
    if (end <= now || end > latest) throw expiryOutOfRange();
  }

  private async refuseUnit(
    manager: OrganiserManager,
    { roles }: SignedInOrganiser,
    unitId: string,
  ): Promise<void> {
    const isMine = await this.repository.reaches(manager, roles, unitId);
    if (!isMine || !(await this.repository.isOpen(manager, unitId))) throw unknownUnit();
  }

  /** Nobody lends what they do not hold themselves over that unit. */
  private async refuseMoreThanHeld(
    manager: OrganiserManager,
    { roles }: SignedInOrganiser,
    scopes: readonly KeyScope[],
    unitId: string,
  ): Promise<void> {
    for (const permission of permissionsAmong(scopes)) {
      const carrying = rolesWith(permission, roles);
      if (!(await this.repository.reaches(manager, carrying, unitId))) {
        throw new PermissionMissing(permission);
      }
    }
  }

  private async key(
    manager: OrganiserManager,
    id: string,
    options?: { lock: boolean },
  ): Promise<FoundKey> {
    const key = await this.repository.key(manager, id, options);
    if (key === undefined) throw notFound();
    return key;
  }
}

function kept(secret: string) {
  return { prefix: visiblePrefix(secret), hash: hashApiKeyToken(secret) };
}
