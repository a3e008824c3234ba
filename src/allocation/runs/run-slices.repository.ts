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

const BEFORE_EVERYBODY = '00000000-0000-0000-0000-000000000000';

/** All SQL by which a run goes from slice to slice. */
@Injectable()
export class RunSlicesRepository {
  constructor(private readonly configuration: Configuration) {}

  /** Locks a run for its next slice; undefined where it is over, or gone. */
  async lock(manager: EntityManager, runId: string): Promise<LockedRun | undefined> {
    const [run] = await manager.query<LockedRun[]>(
      `SELECT id, kind, rules_added AS "rulesAdded", rules_removed AS "rulesRemoved", basis,
              dataset_version AS "datasetVersion", position, awaited,
              total IS NOT NULL AS "isMarked", last_person_id AS "lastPersonId",
              started_by AS "startedById"
         FROM allocation_run WHERE id = $1 AND state = 'running' FOR UPDATE`,
      [runId],
    );
    return run;
  }

  /**
   * The transactions that write people at this moment, apart from this one. A statement locks the
   * tables that it writes before it begins, so that a join which has read the version of the
   * organisation is among them until it has ended, also before it has a number of its own (xid).
   */
  async writersOfPeople(manager: EntityManager): Promise<string[]> {
    const rows = await manager.query<{ id: string }[]>(
      `SELECT DISTINCT virtualtransaction AS id FROM pg_locks
        WHERE locktype = 'relation' AND relation = 'person'::regclass AND granted
          AND database = (SELECT datid FROM pg_stat_get_activity(pg_backend_pid()))
          AND mode <> 'AccessShareLock' AND pid <> pg_backend_pid()`,
    );
    return rows.map(({ id }) => id);
  }

  /** Keeps which transactions a run waits for. */
  async keepAwaited(
    manager: EntityManager,
    runId: string,
    awaited: readonly string[],
  ): Promise<void> {
    await manager.query('UPDATE allocation_run SET awaited = $2 WHERE id = $1', [runId, awaited]);
  }

  /** Marks, once a run, up to whom it goes, and counts them. @returns the last of them. */
  async mark(manager: EntityManager, runId: string): Promise<string | null> {
    const [last] = await manager.query<{ id: string }[]>(
      'SELECT id FROM person ORDER BY id DESC LIMIT 1',
    );
    const lastPersonId = last?.id ?? null;
    await manager.query(
      `UPDATE allocation_run
          SET last_person_id = $2, total = (SELECT count(*) FROM person WHERE id <= $2)
        WHERE id = $1`,
      [runId, lastPersonId],
    );
    return lastPersonId;
  }

  /**
   * Lets a run go on to the last of those who came after its mark and were decided from an older
   * organisation or other reference data than its own. @returns false where there is nobody.
   */
  async extend(manager: EntityManager, runId: string): Promise<boolean> {
    const [, extended] = await manager.query<[unknown, number]>(
      `UPDATE allocation_run r
          SET last_person_id = late.id,
              total = r.total + (SELECT count(*) FROM person p
                                  WHERE p.id > late.after AND p.id <= late.id)
         FROM (SELECT p.id, o.after
                 FROM (SELECT id, directory_version, dataset_version,
                              coalesce(last_person_id, $2::uuid) AS after
                         FROM allocation_run WHERE id = $1) o
                 JOIN person p ON p.id > o.after
                 JOIN allocation a ON a.person_id = p.id AND a.valid_until IS NULL
                WHERE a.method <> 'override'
                  AND (a.directory_version < o.directory_version
                       OR a.dataset_version <> o.dataset_version)
                ORDER BY p.id DESC LIMIT 1) late
        WHERE r.id = $1`,
      [runId, BEFORE_EVERYBODY],
    );
    return extended === 1;
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
