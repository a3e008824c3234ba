import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Configuration } from '../../platform/config/configuration.js';
import type { LockedRun, RunState, SliceCounts } from './allocation-run.js';

/** How many people a slice moves from one unit to another, and duties with them. */
export interface PairCount {
  readonly from_unit_id: string;
  readonly to_unit_id: string;
  readonly people: number;
  readonly duties: number;
}

/** Somebody whom a run moves, or would move. */
export interface MoverRow {
  readonly person_id: string;
  readonly from_unit_id: string;
  readonly to_unit_id: string;
  readonly explanation: string;
}

/** All SQL by which a run goes from slice to slice. */
@Injectable()
export class RunSlicesRepository {
  constructor(private readonly configuration: Configuration) {}

  /** Locks a run for its next slice; undefined where it is over, or gone. */
  async lock(manager: EntityManager, runId: string): Promise<LockedRun | undefined> {
    const [run] = await manager.query<LockedRun[]>(
      `SELECT id, kind, rules_added AS "rulesAdded", rules_removed AS "rulesRemoved", basis,
              dataset_version AS "datasetVersion", position, last_person_id AS "lastPersonId",
              started_by AS "startedById"
         FROM allocation_run WHERE id = $1 AND state = 'running' FOR UPDATE`,
      [runId],
    );
    return run;
  }

  /** Counts, once a run, how many people there are to see. */
  async countPeople(manager: EntityManager, run: LockedRun): Promise<void> {
    await manager.query(
      `UPDATE allocation_run
          SET total = (SELECT count(*) FROM person WHERE id <= $2)
        WHERE id = $1`,
      [run.id, run.lastPersonId],
    );
  }

  /** Moves a run on behind a slice. */
  async advance(
    manager: EntityManager,
    runId: string,
    position: string | null,
    counts: SliceCounts,
  ): Promise<void> {
    await manager.query(
      `UPDATE allocation_run
          SET position = coalesce($2, position), seen = seen + $3, moved = moved + $4,
              renewed = renewed + $5, overridden = overridden + $6, minors = minors + $7,
              without_branch = without_branch + $8, losing_branch = losing_branch + $9,
              duties_moved = duties_moved + $10, updated_at = clock_now()
        WHERE id = $1`,
      [
        runId,
        position,
        counts.seen,
        counts.moved,
        counts.renewed,
        counts.overridden,
        counts.minors,
        counts.withoutBranch,
        counts.losingBranch,
        counts.dutiesMoved,
      ],
    );
  }

  /** Ends a run; after a while it goes. */
  async close(
    manager: EntityManager,
    runId: string,
    state: Exclude<RunState, 'running'>,
    error: string | null,
  ): Promise<void> {
    await manager.query(
      `UPDATE allocation_run
          SET state = $2, error = $3, finished_at = clock_now(), updated_at = clock_now(),
              expires_at = clock_now() + make_interval(days => $4)
        WHERE id = $1`,
      [runId, state, error, this.configuration.environment.ALLOCATION_RUN_DAYS],
    );
  }

  /** Adds whom a slice moves. */
  async addMovers(
    manager: EntityManager,
    runId: string,
    movers: readonly MoverRow[],
    pairs: readonly PairCount[],
  ): Promise<void> {
    if (movers.length === 0) return;
    await manager.query(
      `INSERT INTO allocation_run_person (run_id, person_id, from_unit_id, to_unit_id, explanation)
       SELECT $1, m.person_id, m.from_unit_id, m.to_unit_id, m.explanation
         FROM jsonb_to_recordset($2::jsonb) AS m (
           person_id uuid, from_unit_id uuid, to_unit_id uuid, explanation text)`,
      [runId, JSON.stringify(movers)],
    );
    await manager.query(
      `INSERT INTO allocation_run_move AS known (run_id, from_unit_id, to_unit_id, people, duties)
       SELECT $1, p.from_unit_id, p.to_unit_id, p.people, p.duties
         FROM jsonb_to_recordset($2::jsonb) AS p (
           from_unit_id uuid, to_unit_id uuid, people integer, duties integer)
       ON CONFLICT ON CONSTRAINT allocation_run_move_pk DO UPDATE
          SET people = known.people + excluded.people, duties = known.duties + excluded.duties`,
      [runId, JSON.stringify(pairs)],
    );
  }

  /** The units that a run has given people to or taken them from. */
  async unitsConcerned(manager: EntityManager, runId: string): Promise<string[]> {
    const rows = await manager.query<{ id: string }[]>(
      `SELECT from_unit_id AS id FROM allocation_run_move WHERE run_id = $1
        UNION SELECT to_unit_id FROM allocation_run_move WHERE run_id = $1
        ORDER BY 1`,
      [runId],
    );
    return rows.map(({ id }) => id);
  }
}
