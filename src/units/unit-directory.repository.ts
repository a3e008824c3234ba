import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../platform/database/database.js';
import type { UnitKind } from './unit.js';
import type { Unit } from './unit.js';

export interface CoverageRule {
  /** A postcode prefix, or the official code of a ward, constituency or local authority. */
  prefix: string;
  unitId: string;
}

export interface DirectorySnapshot {
  version: string;
  units: Unit[];
  rules: CoverageRule[];
}

interface SnapshotRow {
  version: string;
  units: UnitRow[];
  rules: CoverageRule[];
}

interface UnitRow extends Omit<Unit, 'position'> {
  kind: UnitKind;
  venue: string | null;
  latitude: number | null;
  longitude: number | null;
  publishesPosition: boolean;
  publishesVenue: boolean;
}

/** Reads what the directory keeps in memory. */
@Injectable()
export class UnitDirectoryRepository {
  constructor(private readonly database: Database) {}

  /** The version that a change of any unit, rule or post moves on. */
  async version(manager?: EntityManager): Promise<string> {
    const [row] = await this.read<{ version: string }>(
      'SELECT version::text FROM directory_version',
      manager,
    );
    return row?.version ?? '0';
  }

  /** Every open unit and every rule, of one moment. */
  async snapshot(manager?: EntityManager): Promise<DirectorySnapshot> {
    const [row] = await this.read<SnapshotRow>(
      `
      SELECT (SELECT version::text FROM directory_version) AS version,
             coalesce((SELECT json_agg(json_build_object(
               'id', u.id, 'kind', u.kind, 'parentId', u.parent_id, 'slug', u.slug,
               'name', u.name, 'phone', u.phone, 'email', u.email, 'town', u.town,
               'meets', u.meets, 'venue', u.venue, 'latitude', u.latitude, 'longitude', u.longitude,
               'publishesPosition', u.publishes_position, 'publishesVenue', u.publishes_venue,
               'demo', u.demo, 'updatedAt', u.updated_at,
               'hasOfficer', EXISTS (
                 SELECT FROM (
                   SELECT unnest(ARRAY[p.holder_id, p.stand_in_id]) AS id
                     FROM post p WHERE p.unit_id = u.id
                   UNION ALL
                   SELECT c.organiser_id FROM post p JOIN post_cover c ON c.post_id = p.id
                    WHERE p.unit_id = u.id AND c.valid_until > clock_now()
                 ) named JOIN organiser o ON o.id = named.id
                  WHERE o.disabled_at IS NULL)
             ) ORDER BY u.kind, u.slug) FROM unit u WHERE u.closed_at IS NULL), '[]') AS units,
             coalesce((SELECT json_agg(json_build_object('prefix', r.prefix, 'unitId', r.unit_id))
                         FROM coverage_rule r JOIN unit u ON u.id = r.unit_id
                        WHERE u.closed_at IS NULL), '[]') AS rules`,
      manager,
    );
    if (row === undefined) throw new Error('The directory could not be read.');
    return {
      version: row.version,
      rules: row.rules,
      units: row.units.map(asUnit),
    };
  }

  private read<Row extends object>(
    sql: string,
    manager: EntityManager | undefined,
  ): Promise<Row[]> {
    return manager === undefined ? this.database.query<Row>(sql) : manager.query<Row[]>(sql);
  }
}

/** Leaves out what the unit does not publish. */
function asUnit(row: UnitRow): Unit {
  const { venue, latitude, longitude, publishesPosition, publishesVenue, ...unit } = row;
  const shown = (degrees: number) =>
    publishesPosition ? degrees : Math.round(degrees * 100) / 100;
  return {
    ...unit,
    updatedAt: new Date(unit.updatedAt).toISOString(),
    meets: publishesVenue ? [unit.meets, venue].filter(Boolean).join(', ') || null : unit.meets,
    position:
      latitude === null || longitude === null
        ? null
        : { lat: shown(latitude), long: shown(longitude) },
  };
}
