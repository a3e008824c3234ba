import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { NewAllocationRow } from '../allocation-row.js';

/** An allocation with what makes it an organiser's deed. */
export interface PlacementRow extends NewAllocationRow {
  decided_by: string | null;
  /** Of an override, in the organiser's words. */
  reason: string | null;
  /** When an override ends by itself. */
  overridden_until: string | null;
}

/** Somebody's new allocation. */
export type NewPlacement = PlacementRow & { readonly person_id: string };

/** Somebody who comes under the eyes of another unit's officers. */
export interface NewKeeper {
  readonly person_id: string;
  readonly to_unit_id: string;
}

/** What an allocation tells about where it was measured from. */
export interface Measurement {
  readonly precision: string;
  readonly distanceKm: number | null;
  readonly datasetVersion: string;
  /** Left out where the words stay as they are. */
  readonly explanation?: string;
}

/** What changes when somebody comes to belong elsewhere: the history keeps what was. */
@Injectable()
export class MovesRepository {
  /** The version of the organisation that decisions of this moment have to be made from. */
  async directoryVersion(manager: EntityManager): Promise<string> {
    const [row] = await manager.query<{ version: string }[]>(
      'SELECT version::text FROM directory_version',
    );
    return row?.version ?? '0';
  }

  /**
   * Ends the current allocations of people and begins others, and brings those who move under the
   * eyes of other units' officers. The version of each of them moves on: what was read of them
   * before is no longer so. Everybody concerned is locked.
   */
  async place(
    manager: EntityManager,
    allocations: readonly NewPlacement[],
    moves: readonly NewKeeper[],
  ): Promise<void> {
    await this.replaceAllocations(manager, allocations);
    const keepers = new Map<string, string | null>();
    for (const { person_id } of allocations) keepers.set(person_id, null);
    for (const { person_id, to_unit_id } of moves) keepers.set(person_id, to_unit_id);
    await this.changePeople(
      manager,
      [...keepers].map(([person_id, to_unit_id]) => ({ person_id, to_unit_id })),
    );
  }

  /** Notes from where the distance of an allocation that stays is measured now, and its words. */
  async measureAnew(
    manager: EntityManager,
    allocationId: string,
    { precision, distanceKm, datasetVersion, explanation }: Measurement,
  ): Promise<void> {
    const [changed] = await manager.query<[{ person_id: string }[], number]>(
      `UPDATE allocation
          SET precision = $2, distance_km = $3, dataset_version = $4,
              explanation = coalesce($5, explanation)
        WHERE id = $1
          AND (precision, distance_km, dataset_version, explanation)
              IS DISTINCT FROM ($2, $3::float8, $4, coalesce($5, explanation))
        RETURNING person_id`,
      [allocationId, precision, distanceKm, datasetVersion, explanation ?? null],
    );
    await this.changePeople(
      manager,
      changed.map(({ person_id }) => ({ person_id, to_unit_id: null })),
    );
  }

  /** Whose allocation this is. */
  async personOf(manager: EntityManager, allocationId: string): Promise<string | undefined> {
    const [row] = await manager.query<{ personId: string }[]>(
      'SELECT person_id AS "personId" FROM allocation WHERE id = $1',
      [allocationId],
    );
    return row?.personId;
  }

  private async replaceAllocations(
    manager: EntityManager,
    allocations: readonly NewPlacement[],
  ): Promise<void> {
    if (allocations.length === 0) return;
    await manager.query(
      `UPDATE allocation SET valid_until = clock_now()
        WHERE person_id = ANY ($1::uuid[]) AND valid_until IS NULL`,
      [allocations.map(({ person_id }) => person_id)],
    );
    await manager.query(
      `INSERT INTO allocation (id, person_id, method, unit_id, branch_id, region_id, rule_prefix,
                               precision, distance_km, explanation, directory_version,
                               dataset_version, reason, overridden_until, decided_by, valid_from)
       SELECT a.id, a.person_id, a.method, a.unit_id, a.branch_id, a.region_id, a.rule_prefix,
              a.precision, a.distance_km, a.explanation, a.directory_version, a.dataset_version,
              a.reason, a.overridden_until, a.decided_by,
              -- From the moment at which the one before ended: nobody belongs nowhere in between.
              coalesce((SELECT max(before.valid_until) FROM allocation before
                         WHERE before.person_id = a.person_id), clock_now())
         FROM jsonb_populate_recordset(NULL::allocation, $1) AS a`,
      [JSON.stringify(allocations)],
    );
  }

  /** Moves the version of people on; some of them come to other keepers. */
  private async changePeople(
    manager: EntityManager,
    changes: readonly { readonly person_id: string; readonly to_unit_id: string | null }[],
  ): Promise<void> {
    if (changes.length === 0) return;
    await manager.query(
      `UPDATE person p
          SET unit_id = coalesce(c.to_unit_id, p.unit_id), version = version + 1,
              updated_at = clock_now()
         FROM jsonb_to_recordset($1::jsonb) AS c (person_id uuid, to_unit_id uuid)
        WHERE p.id = c.person_id`,
      [JSON.stringify(changes)],
    );
  }
}
