import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { OrganiserManager } from '../platform/database/database.js';
import { decodeCursor, type Page, toPage } from '../platform/http/keyset-page.js';
import {
  COVERAGE_GAPS,
  type CoverageGap,
  type CoverageGapsQuery,
} from './coverage-gaps.schemas.js';

const cursorShape = z.tuple([z.string(), z.enum(COVERAGE_GAPS)]);

/** Whole outcodes and what lies within one; an area alone is none. */
const hasOutcode = (column: string) => `${column} ~ '^[A-Z]{1,2}[0-9][0-9A-Z]?( |$)'`;
const outcodeOf = (column: string) => `split_part(${column}, ' ', 1) COLLATE "C"`;

/**
 * For somebody under eighteen the national office looks after them, and their branch stands in
 * their allocation. A scalar subquery, asked for them alone: an EXISTS would be hashed over everybody.
 */
const MINOR_OF_A_BRANCH = `p.date_of_birth IS NOT NULL
  AND p.date_of_birth > clock_now() - interval '18 years'
  AND (SELECT true FROM allocation a
        WHERE a.person_id = p.id AND a.valid_until IS NULL AND a.branch_id IS NOT NULL) IS TRUE`;

/** Where the organisation's coverage has holes; policies let through what the caller may see. */
@Injectable()
export class CoverageGapsRepository {
  /**
   * A page of gaps, by outcode. Goes through the units that are no open branch and counts their
   * people by index, so that its cost grows with the holes and not with the organisation.
   */
  async page(manager: OrganiserManager, query: CoverageGapsQuery): Promise<Page<CoverageGap>> {
    const [outcode, gap] =
      query.cursor === undefined ? ['', COVERAGE_GAPS[0]] : decodeCursor(query.cursor, cursorShape);
    const rows = await manager.query<CoverageGap[]>(
      `WITH left_over AS (
         SELECT l.outcode, l.people, u.kind, u.slug, u.name
           FROM unit u CROSS JOIN LATERAL (
             SELECT ${outcodeOf('p.postcode')} AS outcode, count(*)::integer AS people
               FROM person p
              WHERE p.unit_id = u.id AND ${hasOutcode('p.postcode')}
                AND ${outcodeOf('p.postcode')} >= $1 AND NOT (${MINOR_OF_A_BRANCH})
              GROUP BY 1) l
          WHERE (u.kind <> 'branch' OR u.closed_at IS NOT NULL)
            AND u.id = ANY ((SELECT my_units())::uuid[])
            AND $3::text IS DISTINCT FROM 'several_branches'
       ), uncovered AS (
         SELECT l.outcode, 'no_branch' AS gap, sum(l.people)::integer AS people,
                json_agg(json_build_object('kind', l.kind, 'slug', l.slug, 'name', l.name,
                  'people', l.people) ORDER BY l.people DESC, l.slug) AS "lookedAfterBy",
                '[]'::json AS claims
           FROM left_over l
          GROUP BY l.outcode
       ), rule_of_branch AS (
         SELECT r.prefix, u.id, u.slug, u.name
           FROM coverage_rule r JOIN unit u ON u.id = r.unit_id
          WHERE r.kind = 'postcode' AND u.kind = 'branch' AND u.closed_at IS NULL
            AND $3::text IS DISTINCT FROM 'no_branch'
       ), within AS (
         SELECT ${outcodeOf('prefix')} AS outcode, prefix, id, slug, name FROM rule_of_branch
          WHERE ${hasOutcode('prefix')} AND ${outcodeOf('prefix')} >= $1
       ), around AS (
         -- What of an outcode no rule for it takes up is left to the longest one around it.
         SELECT DISTINCT ON (o.outcode) o.outcode, r.prefix, r.id, r.slug, r.name
           FROM (SELECT outcode FROM within GROUP BY outcode
                 HAVING NOT bool_or(prefix = outcode)) o
           JOIN rule_of_branch r
             ON r.prefix IN (substring(o.outcode FROM '^[A-Z]+'),
                             substring(o.outcode FROM '^([A-Z]+[0-9]+)[A-Z]$'))
          ORDER BY o.outcode, length(r.prefix) DESC
       ), claim AS (
         SELECT outcode, id, slug, name, json_agg(prefix ORDER BY prefix) AS codes
           FROM (SELECT * FROM within UNION ALL SELECT * FROM around) both_kinds
          GROUP BY outcode, id, slug, name
       ), contested AS (
         SELECT c.outcode, 'several_branches' AS gap, NULL::integer AS people,
                '[]'::json AS "lookedAfterBy",
                json_agg(json_build_object('branch',
                  json_build_object('slug', c.slug, 'name', c.name), 'codes', c.codes)
                  ORDER BY c.slug) AS claims
           FROM claim c
          GROUP BY c.outcode
         HAVING count(*) > 1 AND bool_or(c.id = ANY ((SELECT my_units())::uuid[]))
       )
       SELECT * FROM (SELECT * FROM uncovered UNION ALL SELECT * FROM contested) found
        WHERE (outcode, gap) > ($1, $2)
        ORDER BY outcode, gap LIMIT ${query.limit + 1}`,
      // Before the first outcode there is none, so that the kind does not matter there.
      [outcode, gap, query.gap ?? null],
    );
    return toPage(rows, query.limit, (row) => [row.outcode, row.gap]);
  }
}
