import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** What a run has meant for one unit. */
export interface ReallocatedNumbers {
  readonly gained: number;
  readonly lost: number;
  /** Open duties that came with those who came. */
  readonly duties: number;
}

@Injectable()
export class ReallocatedNumbersRepository {
  async find(manager: EntityManager, runId: string, unitId: string): Promise<ReallocatedNumbers> {
    const [numbers] = await manager.query<ReallocatedNumbers[]>(
      `SELECT coalesce(sum(people) FILTER (WHERE to_unit_id = $2), 0)::integer AS gained,
              coalesce(sum(people) FILTER (WHERE from_unit_id = $2), 0)::integer AS lost,
              coalesce(sum(duties) FILTER (WHERE to_unit_id = $2), 0)::integer AS duties
         FROM allocation_run_move WHERE run_id = $1 AND $2 IN (from_unit_id, to_unit_id)`,
      [runId, unitId],
    );
    return numbers ?? { gained: 0, lost: 0, duties: 0 };
  }
}
