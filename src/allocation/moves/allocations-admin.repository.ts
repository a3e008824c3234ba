import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { placeOrNull, unitReference } from '../../organisers/record-columns.js';
import type { OrganiserManager } from '../../platform/database/database.js';
import type { ExplainedAllocation } from './allocations.admin-schemas.js';
import type { AllocationFacts } from './why.js';

/** An allocation as it is stored; `why` is put into words from it. */
export type StoredAllocation = Omit<ExplainedAllocation, 'why' | 'override' | 'validUntil'> &
  AllocationFacts & { endsAt: Date | null; validUntil: Date | null };

const MOST_SHOWN = 200;

const ALLOCATIONS = `
  SELECT a.id, a.method, a.explanation, a.rule_prefix AS rule, a.precision,
         a.distance_km AS "distanceKm", a.directory_version::text AS "directoryVersion",
         a.dataset_version AS "datasetVersion", a.reason, a.overridden_until AS "endsAt",
         to_char(a.overridden_until AT TIME ZONE 'Europe/London' - interval '1 day',
                 'YYYY-MM-DD') AS "lastDay",
         a.decided_by AS "decidedById", a.valid_from AS "validFrom",
         a.valid_until AS "validUntil",
         a.valid_until IS NULL AND p.unit_id <> a.unit_id AS "isKeptElsewhere", u.name AS "unitName", ${unitReference('u')} AS unit,
         ${placeOrNull('r')} AS region, ${placeOrNull('b')} AS branch
    FROM allocation a
    JOIN person p ON p.id = a.person_id
    JOIN unit u ON u.id = a.unit_id
    LEFT JOIN unit r ON r.id = a.region_id
    LEFT JOIN unit b ON b.id = a.branch_id`;

/** Why people belong where they do, as organisers see it. */
@Injectable()
export class AllocationsAdminRepository {
  /** The version of somebody who is in sight. */
  async version(manager: EntityManager, personId: string): Promise<number | undefined> {
    const [person] = await manager.query<{ version: number }[]>(
      'SELECT version FROM person WHERE id = $1',
      [personId],
    );
    return person?.version;
  }

  /** Every allocation that somebody ever had, the current one first. */
  async history(manager: OrganiserManager, personId: string): Promise<StoredAllocation[]> {
    return manager.query<StoredAllocation[]>(
      `${ALLOCATIONS} WHERE a.person_id = $1
        ORDER BY a.valid_until DESC NULLS FIRST, a.valid_from DESC LIMIT ${MOST_SHOWN + 1}`,
      [personId],
    );
  }

  /** The one that holds. */
  async current(manager: EntityManager, personId: string): Promise<StoredAllocation | undefined> {
    const [allocation] = await manager.query<StoredAllocation[]>(
      `${ALLOCATIONS} WHERE a.person_id = $1 AND a.valid_until IS NULL`,
      [personId],
    );
    return allocation;
  }

  /** The id of an open unit of the caller's, by its slug or id. */
  async unitOfMine(
    manager: OrganiserManager,
    kind: 'branch' | 'region',
    name: string,
  ): Promise<string | undefined> {
    const [unit] = await manager.query<{ id: string }[]>(
      `SELECT id FROM unit
        WHERE kind = $1 AND (slug = $2 OR id::text = lower($2)) AND closed_at IS NULL
          AND id = ANY ((SELECT my_units())::uuid[])`,
      [kind, name],
    );
    return unit?.id;
  }
}
