import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { OutboxService } from '../../platform/outbox/outbox.service.js';
import { Clock } from '../../platform/time/clock.js';
import { royalMailPostcode } from '../../postcodes/royal-mail-postcode.js';
import type { DirectoryView } from '../../units/directory-view.js';
import { UnitDirectory } from '../../units/unit-directory.js';
import { Allocator } from '../allocator.js';
import { PlacedPeopleRepository } from '../moves/placed-people.repository.js';
import type { PlacedPerson } from '../moves/placed-person.js';
import type { LockedRun, ProposedRule } from './allocation-run.js';
import { MassMoves } from './mass-moves.js';
import { RunBasisRepository, type Versions } from './run-basis.repository.js';
import { RunClosing } from './run-closing.js';
import { type Finding, changes, countsOf, findingFor } from './run-slice.js';
import { runSlice } from './run-slice.definition.js';
import { RunSlicesRepository } from './run-slices.repository.js';

/** How many people one transaction takes: about a second's work where all of them move. */
export const SLICE_SIZE = 2_000;
/** Between two looks at whether a recompute may begin. */
const WAITING_MILLISECONDS = 500;

/**
 * Takes a run through everybody, slice by slice in the order of the ids: decides in memory, writes
 * in few statements, moves the run on, and leaves the job of the next slice, all in one commit. So
 * memory is bounded by a slice, progress can be seen, and nobody is taken twice.
 */
@Injectable()
export class RunSlices {
  /** The rules of one run, put together once and not with every slice. */
  private prepared: { runId: string; from: DirectoryView; view: DirectoryView } | undefined;
  /** The basis of a run that held at these versions. */
  private held: { basis: string; at: string } | undefined;

  constructor(
    private readonly repository: RunSlicesRepository,
    private readonly basis: RunBasisRepository,
    private readonly people: PlacedPeopleRepository,
    private readonly directory: UnitDirectory,
    private readonly allocator: Allocator,
    private readonly moves: MassMoves,
    private readonly closing: RunClosing,
    private readonly outbox: OutboxService,
    private readonly clock: Clock,
  ) {}

  /** Takes the next slice; stops quietly where the run is over. */
  async take(manager: EntityManager, runId: string): Promise<void> {
    const run = await this.repository.lock(manager, runId);
    if (run === undefined) return;
    const versions = await this.basis.versions(manager);
    if (!(await this.stillHolds(manager, run, versions))) {
      await this.closing.close(manager, run, 'failed', BASIS_CHANGED);
      return;
    }
    const view = await this.viewOf(run, versions);
    if (!run.isMarked && (await this.hasToWait(manager, run))) {
      const availableAt = new Date(this.clock.now().getTime() + WAITING_MILLISECONDS);
      await this.outbox.enqueue(manager, runSlice, { runId }, { availableAt });
      return;
    }
    const { position: after } = run;
    const upTo = run.isMarked ? run.lastPersonId : await this.repository.mark(manager, runId);
    const people = await this.people.page(manager, { after, upTo, limit: SLICE_SIZE });
    const findings = await this.findingsOf(manager, run, view, people);
    const dutiesMoved = await this.moves.write(manager, run, view, findings);
    const position = people.at(-1)?.id ?? null;
    await this.repository.advance(manager, run.id, position, {
      ...countsOf(findings),
      dutiesMoved,
    });
    const goesOn = people.length === SLICE_SIZE || (await this.hasLatecomers(manager, run));
    if (goesOn) await this.outbox.enqueue(manager, runSlice, { runId });
    else await this.closing.close(manager, run, 'finished', null);
  }

  /** Ends a run that cannot go on. */
  async giveUp(manager: EntityManager, runId: string, reason: string): Promise<void> {
    const run = await this.repository.lock(manager, runId);
    if (run !== undefined) await this.closing.close(manager, run, 'failed', reason);
  }

  /**
   * Whether somebody may still be written by the rules before: a join that had read the version of
   * the organisation when the recompute was committed, and has not ended. Only then is everybody
   * decided by the old rules there to be found, and whoever comes later knows the new ones.
   */
  private async hasToWait(manager: EntityManager, { id, kind, awaited }: LockedRun) {
    if (kind === 'dry_run') return false;
    const writers = await this.repository.writersOfPeople(manager);
    if (awaited === null) await this.repository.keepAwaited(manager, id, writers);
    return writers.some((writer) => awaited?.includes(writer) ?? true);
  }

  /** A process may answer from reference data for seconds that is no longer in use. */
  private async hasLatecomers(manager: EntityManager, { id, kind }: LockedRun): Promise<boolean> {
    return kind === 'recompute' && this.repository.extend(manager, id);
  }

  /**
   * What the run finds for each. In a recompute those who would change are locked and looked at
   * again: until then somebody else may have moved them.
   */
  private async findingsOf(
    manager: EntityManager,
    run: LockedRun,
    view: DirectoryView,
    people: readonly PlacedPerson[],
  ): Promise<Finding[]> {
    const ages = { national: view.national, today: this.clock.today() };
    const find = (person: PlacedPerson) =>
      findingFor(person, (one) => this.decide(view, one), ages);
    const findings = people.map(find);
    if (run.kind === 'dry_run') return findings;
    const ids = findings.filter(changes).map(({ person }) => person.id);
    if (ids.length === 0) return findings;
    await this.people.lockAll(manager, ids);
    const locked = await this.people.findAll(manager, ids);
    const again = new Map(locked.map((person) => [person.id, find(person)]));
    return findings.map((finding) => again.get(finding.person.id) ?? finding);
  }

  private decide(view: DirectoryView, { country, postcode }: PlacedPerson) {
    const decision = this.allocator.decide(
      view,
      royalMailPostcode({ country, postcode: postcode ?? undefined }),
    );
    if (decision.provisional) throw new Error('The locator is down.');
    return decision;
  }

  /** Whether what the run decides from is still what holds. */
  private async stillHolds(
    manager: EntityManager,
    { basis }: LockedRun,
    { directoryVersion, datasetId }: Versions,
  ): Promise<boolean> {
    const at = `${directoryVersion} ${datasetId}`;
    if (this.held?.basis === basis && this.held.at === at) return true;
    if ((await this.basis.current(manager)).fingerprint !== basis) return false;
    this.held = { basis, at };
    return true;
  }

  /** The organisation as the run sees it, never older than the run itself. */
  private async viewOf(run: LockedRun, { directoryVersion }: Versions): Promise<DirectoryView> {
    if (this.directory.view.version !== directoryVersion) await this.directory.reload();
    const { view: from } = this.directory;
    if (this.allocator.datasetVersion !== run.datasetVersion) {
      throw new Error(
        `The reference data in memory is ${this.allocator.datasetVersion}, not yet ${run.datasetVersion}.`,
      );
    }
    if (run.kind === 'recompute') return from;
    if (this.prepared?.runId !== run.id || this.prepared.from !== from) {
      const view = from.withRules({
        add: run.rulesAdded.map(asRule),
        remove: run.rulesRemoved.map(asRule),
      });
      this.prepared = { runId: run.id, from, view };
    }
    return this.prepared.view;
  }
}

const BASIS_CHANGED =
  'Rules, branches or reference data changed in the meantime. Make a new dry run and look at it.';

function asRule({ code, unitId }: ProposedRule) {
  return { prefix: code, unitId };
}
