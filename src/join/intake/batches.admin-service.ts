import { Injectable } from '@nestjs/common';
import { recordDeed } from '../../audit/audit.js';
import { IdempotentCreation } from '../../organisers/idempotent-creation.js';
import type { SignedInOrganiser } from '../../organisers/signed-in-organiser.js';
import { Database, type OrganiserManager } from '../../platform/database/database.js';
import { StaleVersion } from '../../platform/http/if-match.js';
import { invalidInput, notFound, unavailable } from '../../platform/http/standard-problems.js';
import { type BatchColumns, BatchesRepository, type StoredBatch } from './batches.repository.js';
import type { BatchChange, BatchesQuery, JoinBatch, NewBatch } from './batches.schemas.js';
import { unknownUnit } from './intake.errors.js';
import { IntakeRepository } from './intake.repository.js';

/** Batches: cards and calls that are typed together. */
@Injectable()
export class BatchesAdminService {
  constructor(
    private readonly database: Database,
    private readonly repository: BatchesRepository,
    private readonly intake: IntakeRepository,
    private readonly creation: IdempotentCreation,
  ) {}

  /** A page of the batches of the caller's units. */
  list(organiser: SignedInOrganiser, query: BatchesQuery) {
    return this.database.asOrganiser(organiser, async (manager) => {
      const page = await this.repository.page(manager, query);
      return { ...page, data: await this.counted(manager, page.data) };
    });
  }

  /** @throws Problem 404, also for a batch that is not of the caller's units. */
  read(organiser: SignedInOrganiser, id: string) {
    return this.database.asOrganiser(organiser, (manager) => this.batch(manager, id));
  }

  /**
   * Makes a batch of a unit of the caller's.
   *
   * @throws Problem 422 `unknown_region` or `unknown_branch`.
   */
  create(organiser: SignedInOrganiser, input: NewBatch, key: string | undefined) {
    const request = { route: 'join-submission-batches', key, input };
    return this.creation.run(organiser, request, async (manager) => {
      const { defaults = {}, channel, ...batch } = input;
      const id = await this.repository.insert(manager, {
        unit_id: await this.unitOf(manager, input),
        channel,
        created_by: organiser.organiserId,
        name: batch.name,
        conversation_on: batch.conversationOn,
        place: batch.place ?? null,
        campaign: defaults.campaign ?? null,
        privacy_notice_version: defaults.privacyNotice ?? null,
        evidence_kind: defaults.evidence?.kind ?? null,
        evidence_wording: defaults.evidence?.wording ?? null,
      });
      await recordDeed(manager, organiser, 'join_batch.created', 'join_batch', id);
      return this.batch(manager, id);
    });
  }

  /**
   * Changes what is given of a batch, closes it or opens it again. What was taken before stays as
   * it was.
   *
   * @throws Problem 404 out of sight; StaleVersion 412.
   */
  change(organiser: SignedInOrganiser, id: string, version: number, change: BatchChange) {
    return this.database.asOrganiser(organiser, async (manager) => {
      const before = await this.batch(manager, id);
      if (before.version !== version) throw new StaleVersion();
      if (Object.keys(change).length === 0) return before;
      const wasClosed = before.closedAt !== null;
      const isClosed = change.closed ?? wasClosed;
      if (
        !(await this.repository.change(manager, before, changedColumns(before, change), isClosed))
      ) {
        throw new StaleVersion();
      }
      const deed = isClosed === wasClosed ? 'changed' : isClosed ? 'closed' : 'reopened';
      await recordDeed(manager, organiser, `join_batch.${deed}`, 'join_batch', id);
      return this.batch(manager, id);
    });
  }

  private async unitOf(manager: OrganiserManager, { region, branch }: NewBatch): Promise<string> {
    const kind = branch === undefined ? 'region' : 'branch';
    const slug = branch ?? region;
    const id =
      slug === undefined
        ? await this.intake.firstUnit(manager)
        : await this.intake.openUnit(manager, kind, slug);
    if (id !== undefined) return id;
    // The last grant ended between the guard and here: the next request meets the guard again.
    if (slug === undefined) throw unavailable(1);
    throw invalidInput([unknownUnit(kind)]);
  }

  private async batch(manager: OrganiserManager, id: string): Promise<JoinBatch> {
    const batch = await this.repository.batch(manager, id);
    const [counted] = batch === undefined ? [] : await this.counted(manager, [batch]);
    if (counted === undefined) throw notFound();
    return counted;
  }

  /** Cards that went elsewhere are out of the caller's sight, but typed they are. */
  private async counted(
    manager: OrganiserManager,
    batches: readonly StoredBatch[],
  ): Promise<JoinBatch[]> {
    const ids = batches.map(({ id }) => id);
    const counts = await this.database.asApplication(manager, (application) =>
      this.repository.counts(application, ids),
    );
    return batches.map((batch) => ({
      ...batch,
      submissions: counts.get(batch.id) ?? { taken: 0, mine: 0 },
    }));
  }
}

/** What is left out of a change stays; null takes away. */
function changedColumns(before: StoredBatch, change: BatchChange): BatchColumns {
  const { defaults } = before;
  const { defaults: wanted = {} } = change;
  const given = <Value>(value: Value | undefined, present: Value): Value =>
    value === undefined ? present : value;
  return {
    name: change.name ?? before.name,
    conversation_on: change.conversationOn ?? before.conversationOn,
    place: given(change.place, before.place),
    campaign: given(wanted.campaign, defaults.campaign),
    privacy_notice_version: given(wanted.privacyNotice, defaults.privacyNotice),
    evidence_kind: given(wanted.evidence?.kind, defaults.evidence.kind),
    evidence_wording: given(wanted.evidence?.wording, defaults.evidence.wording),
  };
}
