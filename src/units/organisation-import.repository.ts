import type { EntityManager } from 'typeorm';
import type { CoverageKind } from './coverage-code.js';
import { USUAL_OFFICE } from './office.js';
import type { UnitKind } from './unit.js';

/** A unit as the import wants it to be; the names are those of the columns. */
export interface WantedUnit {
  id: string;
  kind: UnitKind;
  parent_slug: string | null;
  slug: string;
  name: string;
  phone: string | null;
  email: string | null;
  town: string | null;
  meets: string | null;
  venue: string | null;
  latitude: number | null;
  longitude: number | null;
  publishes_position: boolean;
  publishes_venue: boolean;
  demo: boolean;
}

/** A coverage rule as the import wants it to be. */
export interface WantedRule {
  id: string;
  kind: CoverageKind;
  /** The code that it covers. */
  prefix: string;
  unit_kind: 'region' | 'branch';
  slug: string;
}

/** The statements of an import. Each changes only what differs, so that a repetition does nothing. */
export class OrganisationImportRepository {
  constructor(private readonly manager: EntityManager) {}

  async hasUnits(): Promise<boolean> {
    const [row] = await this.manager.query<[{ there: boolean }]>(
      'SELECT EXISTS (SELECT FROM unit) AS there',
    );
    return row.there;
  }

  /**
   * Inserts units or brings them to the wanted state; their parents must be there already.
   *
   * @returns how many were new or different.
   */
  async putUnits(units: WantedUnit[]): Promise<number> {
    const changed: unknown[] = await this.manager.query(
      `INSERT INTO unit AS u (id, kind, parent_id, slug, name, phone, email, town, meets, venue,
                              latitude, longitude, publishes_position, publishes_venue, demo)
       SELECT w.id, w.kind, p.id, w.slug, w.name, w.phone, w.email, w.town, w.meets, w.venue,
              w.latitude, w.longitude, w.publishes_position, w.publishes_venue, w.demo
         FROM jsonb_to_recordset($1) AS w (
                id uuid, kind text, parent_slug text, slug text, name text, phone text, email text,
                town text, meets text, venue text, latitude float8, longitude float8,
                publishes_position boolean, publishes_venue boolean, demo boolean)
         LEFT JOIN unit p ON p.slug = w.parent_slug
              AND p.kind = CASE w.kind WHEN 'branch' THEN 'region' ELSE 'national' END
       ON CONFLICT ON CONSTRAINT unit_slug_key DO UPDATE
          SET parent_id = excluded.parent_id, name = excluded.name, phone = excluded.phone,
              email = excluded.email, town = excluded.town, meets = excluded.meets,
              venue = excluded.venue, latitude = excluded.latitude, longitude = excluded.longitude,
              publishes_position = excluded.publishes_position,
              publishes_venue = excluded.publishes_venue, demo = excluded.demo,
              closed_at = NULL, version = u.version + 1, updated_at = clock_now()
        WHERE (u.parent_id, u.name, u.phone, u.email, u.town, u.meets, u.venue, u.latitude,
               u.longitude, u.publishes_position, u.publishes_venue, u.demo, u.closed_at)
           IS DISTINCT FROM
              (excluded.parent_id, excluded.name, excluded.phone, excluded.email, excluded.town,
               excluded.meets, excluded.venue, excluded.latitude, excluded.longitude,
               excluded.publishes_position, excluded.publishes_venue, excluded.demo,
               NULL::timestamptz)
       RETURNING u.id`,
      [JSON.stringify(units)],
    );
    return changed.length;
  }

  /**
   * Rules of units that the file does not name and that would clash with a wanted one: of the same
   * kind, or of a region and a branch that is not its own. The units must be put already.
   */
  async clashingRules(
    units: WantedUnit[],
    rules: WantedRule[],
  ): Promise<{ prefix: string; other: string; slug: string }[]> {
    return this.manager.query(
      `SELECT r.prefix, u.slug AS other, w.slug
         FROM jsonb_to_recordset($2) AS w (prefix text, unit_kind text, slug text)
         JOIN unit mine ON mine.kind = w.unit_kind AND mine.slug = w.slug
         JOIN coverage_rule r ON r.prefix = w.prefix
         JOIN unit u ON u.id = r.unit_id
        WHERE NOT EXISTS (SELECT FROM jsonb_to_recordset($1) AS named (kind text, slug text)
                           WHERE named.kind = u.kind AND named.slug = u.slug)
          AND (u.kind = mine.kind OR (u.closed_at IS NULL
               AND u.parent_id IS DISTINCT FROM mine.id AND mine.parent_id IS DISTINCT FROM u.id))
        ORDER BY r.prefix, w.slug, u.slug`,
      [JSON.stringify(units), JSON.stringify(rules)],
    );
  }

  /** Takes away rules of the named units that the file no longer has. @returns how many. */
  async dropRules(units: WantedUnit[], rules: WantedRule[]): Promise<number> {
    const [gone]: [unknown[], number] = await this.manager.query(
      `DELETE FROM coverage_rule r
        USING unit u, jsonb_to_recordset($1) AS named (kind text, slug text)
        WHERE r.unit_id = u.id AND u.kind = named.kind AND u.slug = named.slug
          AND NOT EXISTS (
            SELECT FROM jsonb_to_recordset($2) AS w (prefix text, unit_kind text, slug text)
             WHERE w.prefix = r.prefix AND w.unit_kind = u.kind AND w.slug = u.slug)
       RETURNING r.id`,
      [JSON.stringify(units), JSON.stringify(rules)],
    );
    return gone.length;
  }

  /** Adds the wanted rules that are not there. @returns how many. */
  async addRules(rules: WantedRule[]): Promise<number> {
    const added: unknown[] = await this.manager.query(
      `INSERT INTO coverage_rule (id, kind, prefix, unit_id, unit_kind)
       SELECT w.id, w.kind, w.prefix, u.id, w.unit_kind
         FROM jsonb_to_recordset($1)
              AS w (id uuid, kind text, prefix text, unit_kind text, slug text)
         JOIN unit u ON u.kind = w.unit_kind AND u.slug = w.slug
        WHERE NOT EXISTS (SELECT FROM coverage_rule r
                           WHERE r.prefix = w.prefix AND r.unit_id = u.id)
       RETURNING id`,
      [JSON.stringify(rules)],
    );
    return added.length;
  }

  /** Gives every open unit the office that it usually has, vacant, so that it can be filled. */
  async addUsualPosts(): Promise<void> {
    await this.manager.query(
      `INSERT INTO post (id, unit_id, office)
       SELECT uuid_v7(), u.id, usual.office
         FROM unit u JOIN jsonb_each_text($1) AS usual (kind, office) ON usual.kind = u.kind
        WHERE u.closed_at IS NULL
       ON CONFLICT ON CONSTRAINT post_office_key DO NOTHING`,
      [JSON.stringify(USUAL_OFFICE)],
    );
  }

  /** Units that are in the database and not in the file; an import never deletes them. */
  async unnamedUnits(units: WantedUnit[]): Promise<string[]> {
    const rows: { slug: string }[] = await this.manager.query(
      `SELECT u.slug FROM unit u
        WHERE u.closed_at IS NULL AND u.kind <> 'national' AND NOT EXISTS (
          SELECT FROM jsonb_to_recordset($1) AS named (kind text, slug text)
           WHERE named.kind = u.kind AND named.slug = u.slug)
        ORDER BY u.slug`,
      [JSON.stringify(units)],
    );
    return rows.map(({ slug }) => slug);
  }
}
