import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { Conditions } from '../../organisers/conditions.js';
import { unitReference } from '../../organisers/record-columns.js';
import type { OrganiserManager } from '../../platform/database/database.js';
import { type Page, decodeCursor, toPage } from '../../platform/http/keyset-page.js';
import { uuidV7Id } from '../../platform/http/text.schema.js';
import type { ProposedRule, RunKind } from './allocation-run.js';
import { RunUnderWay } from './allocation-runs.admin-errors.js';
import type { RunAnswer, RunPeopleQuery, RunsQuery } from './allocation-runs.admin-schemas.js';

/** A run to be made. */
export interface NewRun {
  readonly id: string;
  readonly kind: RunKind;
  readonly dryRunId: string | null;
  readonly rulesAdded: readonly ProposedRule[];
  readonly rulesRemoved: readonly ProposedRule[];
  readonly basis: string;
  readonly directoryVersion: string;
  readonly datasetVersion: string;
  readonly startedById: string;
}

/** What a recompute needs to know of the dry run that it follows. */
export interface FinishedDryRun {
  readonly basis: string;
  readonly rulesAdded: readonly ProposedRule[];
  readonly rulesRemoved: readonly ProposedRule[];
}

type RunSummary = Omit<RunAnswer, 'rules' | 'moves'>;

const cursorShape = z.tuple([uuidV7Id()]);
const MOST_PAIRS = 500;

const SUMMARY = `
  r.id, r.kind, r.state, json_build_object('seen', r.seen, 'total', r.total) AS progress,
  json_build_object('moved', r.moved, 'renewed', r.renewed, 'overridden', r.overridden,
    'minors', r.minors, 'withoutBranch', r.without_branch, 'losingBranch', r.losing_branch,
    'dutiesMoved', r.duties_moved) AS counts,
  r.dry_run_id AS "dryRunId", r.directory_version::text AS "directoryVersion",
  r.dataset_version AS "datasetVersion", r.basis, r.error, r.started_by AS "startedById",
  r.created_at AS "createdAt", r.updated_at AS "updatedAt", r.finished_at AS "finishedAt",
  r.expires_at AS "expiresAt"`;

const rules = (column: string) => `coalesce((
  SELECT json_agg(json_build_object('id', rule.id, 'code', rule.code,
                                    'unit', ${unitReference('u')}) ORDER BY rule.code, u.kind)
    FROM jsonb_to_recordset(${column}) AS rule (id uuid, code text, "unitId" uuid)
    JOIN unit u ON u.id = rule."unitId"), '[]')`;

/** Runs as organisers see them, and the rows by which they begin and end. */
@Injectable()
export class AllocationRunsAdminRepository {
  /** A page of runs, newest first. */
  async page(manager: OrganiserManager, query: RunsQuery): Promise<Page<RunSummary>> {
    const conditions = new Conditions().addUpdatedSince('r.updated_at', query);
    if (query.kind !== undefined) conditions.add('r.kind = $?', query.kind);
    if (query.state !== undefined) conditions.add('r.state = $?', query.state);
    const total =
      query.count === true ? await conditions.count(manager, 'FROM allocation_run r') : undefined;
    if (query.cursor !== undefined) {
      conditions.add('r.id < $?', ...decodeCursor(query.cursor, cursorShape));
    }
    const rows = await manager.query<RunSummary[]>(
      `SELECT ${SUMMARY} FROM allocation_run r ${conditions.where}
        ORDER BY r.id DESC LIMIT ${query.limit + 1}`,
      conditions.values,
    );
    return { ...toPage(rows, query.limit, ({ id }) => [id]), total };
  }

  /** One run with its rules, and the pairs of units that concern the caller. */
  async run(manager: OrganiserManager, id: string): Promise<RunAnswer | undefined> {
    const [run] = await manager.query<Omit<RunAnswer, 'moves'>[]>(
      `SELECT ${SUMMARY}, json_build_object('add', ${rules('r.rules_added')},
                                            'remove', ${rules('r.rules_removed')}) AS rules
         FROM allocation_run r WHERE r.id = $1`,
      [id],
    );
    if (run === undefined) return undefined;
    const moves = await manager.query<RunAnswer['moves']>(
      `SELECT ${unitReference('f')} AS "from", ${unitReference('t')} AS "to", m.people, m.duties
         FROM allocation_run_move m JOIN unit f ON f.id = m.from_unit_id
         JOIN unit t ON t.id = m.to_unit_id
        WHERE m.run_id = $1
        ORDER BY m.people DESC, m.from_unit_id, m.to_unit_id LIMIT ${MOST_PAIRS}`,
      [id],
    );
    return { ...run, moves };
  }

  /** Whom a run moves or would move, in the order of their ids. */
  async people(manager: OrganiserManager, runId: string, query: RunPeopleQuery) {
    const mine = `(SELECT my_units())::uuid[]`;
    // The policy asks for every person; this spares it those who cannot be the caller's.
    const conditions = new Conditions()
      .add('rp.run_id = $?', runId)
      .add(`rp.from_unit_id = ANY (${mine}) OR rp.to_unit_id = ANY (${mine})`);
    const total =
      query.count === true
        ? await conditions.count(manager, 'FROM allocation_run_person rp')
        : undefined;
    if (query.cursor !== undefined) {
      conditions.add('rp.person_id > $?', ...decodeCursor(query.cursor, cursorShape));
    }
    const rows = await manager.query<{ id: string }[]>(
      `WITH page AS MATERIALIZED (
         SELECT rp.* FROM allocation_run_person rp ${conditions.where}
          ORDER BY rp.person_id LIMIT ${query.limit + 1})
       SELECT p.id, p.given_name AS "givenName", p.family_name AS "familyName",
              ${unitReference('f')} AS "from", ${unitReference('t')} AS "to", page.explanation
         FROM page JOIN person p ON p.id = page.person_id
         JOIN unit f ON f.id = page.from_unit_id JOIN unit t ON t.id = page.to_unit_id
        ORDER BY p.id`,
      conditions.values,
    );
    return { ...toPage(rows, query.limit, ({ id }) => [id]), total };
  }

  /** A dry run that is finished, kept from going while a recompute begins. */
  async finishedDryRun(manager: EntityManager, id: string): Promise<FinishedDryRun | undefined> {
    const [run] = await manager.query<FinishedDryRun[]>(
      `SELECT basis, rules_added AS "rulesAdded", rules_removed AS "rulesRemoved"
         FROM allocation_run
        WHERE id = $1 AND kind = 'dry_run' AND state = 'finished' FOR SHARE`,
      [id],
    );
    return run;
  }

  /** Begins a run. @throws RunUnderWay 409 while another of its kind is running. */
  async insert(manager: EntityManager, run: NewRun): Promise<void> {
    const [inserted] = await manager.query<{ id: string }[]>(
      `INSERT INTO allocation_run (id, kind, dry_run_id, rules_added, rules_removed, basis,
                                   directory_version, dataset_version, started_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       ON CONFLICT (kind) WHERE state = 'running' DO NOTHING
       RETURNING id`,
      [
        run.id,
        run.kind,
        run.dryRunId,
        JSON.stringify(run.rulesAdded),
        JSON.stringify(run.rulesRemoved),
        run.basis,
        run.directoryVersion,
        run.datasetVersion,
        run.startedById,
      ],
    );
    if (inserted === undefined) throw new RunUnderWay(run.kind);
  }
}
