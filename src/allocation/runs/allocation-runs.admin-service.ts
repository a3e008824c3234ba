import { Injectable } from '@nestjs/common';
import { recordDeed } from '../../audit/audit.js';
import type { SubjectKind } from '../../audit/audit-event.js';
import { type Creation, IdempotentCreation } from '../../organisers/idempotent-creation.js';
import type { SignedInOrganiser } from '../../organisers/signed-in-organiser.js';
import { Database, type OrganiserManager } from '../../platform/database/database.js';
import { notFound, unavailable } from '../../platform/http/standard-problems.js';
import { newId } from '../../platform/new-id.js';
import { OutboxService } from '../../platform/outbox/outbox.service.js';
import { lockOrganisation } from '../../units/organisation-lock.repository.js';
import { Allocator } from '../allocator.js';
import type { RunKind } from './allocation-run.js';
import { AllocationRunsAdminRepository } from './allocation-runs-admin.repository.js';
import { DryRunNeeded, DryRunOutOfDate, RunOver } from './allocation-runs.admin-errors.js';
import type {
  DryRunInput,
  RecomputeInput,
  RunAnswer,
  RunPeopleQuery,
  RunsQuery,
} from './allocation-runs.admin-schemas.js';
import { RuleProposals, type RuleProposal } from './rule-proposals.js';
import { RunBasisRepository } from './run-basis.repository.js';
import { RunClosing } from './run-closing.js';
import { runSlice } from './run-slice.definition.js';
import { RunSlicesRepository } from './run-slices.repository.js';

/** Dry runs and recomputes as organisers start, watch and stop them. */
@Injectable()
export class AllocationRunsAdminService {
  constructor(
    private readonly database: Database,
    private readonly creation: IdempotentCreation,
    private readonly repository: AllocationRunsAdminRepository,
    private readonly slices: RunSlicesRepository,
    private readonly basis: RunBasisRepository,
    private readonly proposals: RuleProposals,
    private readonly closing: RunClosing,
    private readonly allocator: Allocator,
    private readonly outbox: OutboxService,
  ) {}

  /**
   * Begins to find out who would move if the rules were so; nothing is changed by it.
   *
   * @throws Problem 422 for rules and units that are not there; CoverageRuleClash,
   *   RunUnderWay 409.
   */
  dryRun(
    organiser: SignedInOrganiser,
    input: DryRunInput,
    key: string | undefined,
  ): Promise<Creation<RunAnswer>> {
    const request = { route: 'coverage-rules/dry-run', key, input };
    return this.begin(organiser, request, async (manager) => {
      const proposal = await this.proposals.read(manager, input);
      return this.start(manager, organiser, { kind: 'dry_run', dryRunId: null, ...proposal });
    });
  }

  /**
   * Makes the proposal of a dry run true, and begins to move those whom it showed. Both happen in
   * one transaction: no rule holds whose recompute has not begun.
   *
   * @throws DryRunNeeded, DryRunOutOfDate, CoverageRuleClash, RunUnderWay 409.
   */
  recompute(
    organiser: SignedInOrganiser,
    input: RecomputeInput,
    key: string | undefined,
  ): Promise<Creation<RunAnswer>> {
    const request = { route: 'allocations/recompute', key, input };
    return this.begin(organiser, request, async (manager) => {
      await lockOrganisation(manager);
      const proposal = await this.database.asApplication(manager, async (application) => {
        const dryRun = await this.repository.finishedDryRun(application, input.dryRunId);
        if (dryRun === undefined) throw new DryRunNeeded();
        const { fingerprint } = await this.basis.current(application);
        if (fingerprint !== dryRun.basis) throw new DryRunOutOfDate();
        return dryRun;
      });
      await this.apply(manager, organiser, proposal);
      const { rulesAdded, rulesRemoved } = proposal;
      return this.start(manager, organiser, {
        kind: 'recompute',
        dryRunId: input.dryRunId,
        rulesAdded,
        rulesRemoved,
      });
    });
  }

  /** A page of runs, newest first. */
  list(organiser: SignedInOrganiser, query: RunsQuery) {
    return this.database.asOrganiser(organiser, (manager) => this.repository.page(manager, query));
  }

  /** How a run stands, and from where to where it moves people. @throws Problem 404. */
  read(organiser: SignedInOrganiser, id: string): Promise<RunAnswer> {
    return this.database.asOrganiser(organiser, (manager) => this.found(manager, id));
  }

  /** A page of those whom a run moves, of the caller's units. @throws Problem 404. */
  people(organiser: SignedInOrganiser, id: string, query: RunPeopleQuery) {
    return this.database.asOrganiser(organiser, async (manager) => {
      await this.found(manager, id);
      const people = await this.repository.people(manager, id, query);
      await this.audit(manager, organiser, 'allocation_run.people_listed', 'allocation_run', id);
      return people;
    });
  }

  /**
   * Stops a run before its next slice. Whom a recompute has moved stays where they are; another dry
   * run shows the rest.
   *
   * @throws Problem 404; RunOver 409.
   */
  async cancel(organiser: SignedInOrganiser, id: string): Promise<RunAnswer> {
    const cancelled = await this.database.asOrganiser(organiser, async (manager) => {
      await this.found(manager, id);
      await this.database.asApplication(manager, async (application) => {
        const run = await this.slices.lock(application, id);
        if (run === undefined) throw new RunOver();
        await this.closing.close(application, run, 'cancelled', null);
      });
      await this.audit(manager, organiser, 'allocation_run.cancelled', 'allocation_run', id);
      return this.found(manager, id);
    });
    this.outbox.ring();
    return cancelled;
  }

  private async begin(
    organiser: SignedInOrganiser,
    request: { route: string; key: string | undefined; input: object },
    work: (manager: OrganiserManager) => Promise<string>,
  ): Promise<Creation<RunAnswer>> {
    const begun = await this.creation.run(organiser, request, async (manager) =>
      this.found(manager, await work(manager)),
    );
    this.outbox.ring();
    return begun;
  }

  private async start(
    manager: OrganiserManager,
    organiser: SignedInOrganiser,
    run: RuleProposal & { kind: RunKind; dryRunId: string | null },
  ): Promise<string> {
    const id = newId();
    await this.database.asApplication(manager, async (application) => {
      const { fingerprint, directoryVersion, datasetVersion } =
        await this.basis.current(application);
      const inMemory = this.allocator.datasetVersion;
      // Another dataset has come into use, and this process has not read it yet.
      if (datasetVersion !== null && datasetVersion !== inMemory) throw unavailable(2);
      await this.repository.insert(application, {
        ...run,
        id,
        basis: fingerprint,
        directoryVersion,
        datasetVersion: inMemory,
        startedById: organiser.organiserId,
      });
      await this.outbox.enqueue(application, runSlice, { runId: id });
    });
    await this.audit(manager, organiser, `${run.kind}.started`, 'allocation_run', id);
    return id;
  }

  private async apply(
    manager: OrganiserManager,
    organiser: SignedInOrganiser,
    proposal: RuleProposal,
  ): Promise<void> {
    const { removed, added } = await this.proposals.apply(manager, proposal);
    for (const id of removed) {
      await this.audit(manager, organiser, 'coverage_rule.deleted', 'coverage_rule', id);
    }
    for (const id of added) {
      await this.audit(manager, organiser, 'coverage_rule.created', 'coverage_rule', id);
    }
  }

  private async found(manager: OrganiserManager, id: string): Promise<RunAnswer> {
    const run = await this.repository.run(manager, id);
    if (run === undefined) throw notFound();
    return run;
  }

  private audit(
    manager: OrganiserManager,
    { organiserId }: SignedInOrganiser,
    action: string,
    subjectKind: SubjectKind,
    subjectId: string,
  ): Promise<void> {
    return recordDeed(manager, { organiserId }, action, subjectKind, subjectId);
  }
}
