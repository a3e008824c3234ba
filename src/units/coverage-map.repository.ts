import { Injectable } from '@nestjs/common';
import { Conditions } from '../organisers/conditions.js';
import { unitReference } from '../organisers/record-columns.js';
import type { OrganiserManager } from '../platform/database/database.js';
import type { RuleUnit } from './coverage-rules.admin-errors.js';
import type { CoverageMapQuery } from './coverage-map.schemas.js';
import type { Position } from './unit.js';

/** A map of more than this is drawn by region; the answer says that it is cut. */
export const RULES_AT_MOST = 10_000;

const MINE = 'u.closed_at IS NULL AND u.id = ANY ((SELECT my_units())::uuid[])';

/** What a map of coverage is drawn from, narrowed to the caller's units. */
@Injectable()
export class CoverageMapRepository {
  /** The open branches that have a position. */
  async branches(
    manager: OrganiserManager,
    query: CoverageMapQuery,
  ): Promise<{ unit: RuleUnit; position: Position }[]> {
    const conditions = new Conditions().add(MINE).addPlaces('u.id', query);
    conditions.add(`u.kind = 'branch' AND u.latitude IS NOT NULL`);
    return manager.query<{ unit: RuleUnit; position: Position }[]>(
      `SELECT ${unitReference('u')} AS unit,
              json_build_object('lat', u.latitude, 'long', u.longitude) AS position
         FROM unit u ${conditions.where} ORDER BY u.slug`,
      conditions.values,
    );
  }

  /** The rules of open units by code, one more than are shown at most. */
  async rules(
    manager: OrganiserManager,
    query: CoverageMapQuery,
  ): Promise<{ code: string; unit: RuleUnit }[]> {
    const conditions = new Conditions().add(MINE).addPlaces('u.id', query);
    return manager.query<{ code: string; unit: RuleUnit }[]>(
      `SELECT r.prefix AS code, ${unitReference('u')} AS unit
         FROM coverage_rule r JOIN unit u ON u.id = r.unit_id ${conditions.where}
        ORDER BY r.prefix, r.unit_kind LIMIT ${RULES_AT_MOST + 1}`,
      conditions.values,
    );
  }
}
