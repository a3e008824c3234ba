import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Conditions } from '../organisers/conditions.js';
import { escapeLike } from '../people/search-terms.js';
import { newId } from '../platform/new-id.js';
import type { OrganiserManager } from '../platform/database/database.js';
import { decodeCursor, type Page, toPage } from '../platform/http/keyset-page.js';
import { coveragePrefixes, isPostcode, parsePostcode } from '../postcodes/postcode.js';
import type { Claimant } from './coverage-clash.js';
import type { CoverageCode, CoverageKind } from './coverage-code.js';
import type { RuleUnit } from './coverage-rules.admin-errors.js';
import type { CoverageRulesQuery } from './coverage-rules.admin-schemas.js';
import { unitWithId } from '../organisers/record-columns.js';

/** A rule as it is stored; its level follows from its code. */
export interface CoverageRuleRow {
  readonly id: string;
  readonly kind: CoverageKind;
  readonly code: string;
  readonly unit: RuleUnit & { readonly id: string };
  readonly createdAt: Date;
}

/** A region or branch that has a rule, or is to have one. */
export type RuleHolder = Claimant & RuleUnit;

/** The code and the kind of unit: together they are one rule. */
const cursorShape = z.tuple([z.string(), z.enum(['region', 'branch'])]);

const COLUMNS = `r.id, r.kind, r.prefix AS code, r.created_at AS "createdAt",
  ${unitWithId('u')} AS unit`;
const FROM = 'FROM coverage_rule r JOIN unit u ON u.id = r.unit_id';
/** The directory is public, so that its policy lets all of it through: each query narrows itself. */
const MINE = 'u.id = ANY ((SELECT my_units())::uuid[])';
const CHANGEABLE = 'u.id = ANY ((SELECT my_units_to_change())::uuid[]) AS changeable';
const HOLDER = 'u.id, u.kind, u.slug, u.name, u.parent_id AS "parentId"';

/** Coverage rules as organisers see and change them, under the policies of one organiser. */
@Injectable()
export class CoverageRulesAdminRepository {
  /** A page of the rules of the caller's units, by code. */
  async page(manager: OrganiserManager, query: CoverageRulesQuery): Promise<Page<CoverageRuleRow>> {
    const conditions = new Conditions().add(MINE).addUpdatedSince('r.created_at', query);
    if (query.unit !== undefined) conditions.add('r.unit_id = $?', query.unit);
    if (query.kind !== undefined) conditions.add('r.kind = $?', query.kind);
    if (query.q !== undefined) {
      const words = escapeLike(query.q);
      conditions.add(
        'r.prefix LIKE $? OR lower(u.name) LIKE $?',
        `${words.toUpperCase()}%`,
        `%${words.toLowerCase()}%`,
      );
    }
    const total = query.count === true ? await conditions.count(manager, FROM) : undefined;
    if (query.cursor !== undefined) {
      const position = decodeCursor(query.cursor, cursorShape);
      conditions.add('(r.prefix, r.unit_kind) > ($?, $?)', ...position);
    }
    const rows = await manager.query<CoverageRuleRow[]>(
      `SELECT ${COLUMNS} ${FROM} ${conditions.where}
        ORDER BY r.prefix, r.unit_kind LIMIT ${query.limit + 1}`,
      conditions.values,
    );
    const page = toPage(rows, query.limit, ({ code, unit }) => [code, unit.kind]);
    return total === undefined ? page : { ...page, total };
  }

  /** The rule of an id; undefined for one that does not exist or is out of sight. */
  async rule(
    manager: OrganiserManager,
    id: string,
  ): Promise<(CoverageRuleRow & { changeable: boolean }) | undefined> {
    const [rule] = await manager.query<(CoverageRuleRow & { changeable: boolean })[]>(
      `SELECT ${COLUMNS}, ${CHANGEABLE} ${FROM} WHERE r.id = $1 AND ${MINE}`,
      [id],
    );
    return rule;
  }

  /** The open region or branch of an id, if it is the caller's. */
  async holder(
    manager: OrganiserManager,
    unitId: string,
  ): Promise<(RuleHolder & { changeable: boolean }) | undefined> {
    const [holder] = await manager.query<(RuleHolder & { changeable: boolean })[]>(
      `SELECT ${HOLDER}, ${CHANGEABLE} FROM unit u
        WHERE u.id = $1 AND u.kind <> 'national' AND u.closed_at IS NULL AND ${MINE}`,
      [unitId],
    );
    return holder;
  }

  /** Whose rules there are for a code, in the whole organisation. */
  async holdersOf(manager: OrganiserManager, code: string): Promise<RuleHolder[]> {
    return manager.query<RuleHolder[]>(
      `SELECT ${HOLDER} ${FROM} WHERE r.prefix = $1 ORDER BY u.kind DESC`,
      [code],
    );
  }

  /**
   * The rule that covers a postcode prefix as a part of its own: of a less specific prefix, the
   * longest. Undefined where there is none, and for codes that are no prefix.
   */
  async ruleAround(
    manager: OrganiserManager,
    { kind, code }: CoverageCode,
  ): Promise<(RuleHolder & { code: string }) | undefined> {
    const postcode = parsePostcode(code);
    if (kind !== 'postcode' || !isPostcode(postcode)) return undefined;
    const [rule] = await manager.query<(RuleHolder & { code: string })[]>(
      `SELECT ${HOLDER}, r.prefix AS code ${FROM}
        WHERE r.kind = 'postcode' AND r.prefix = ANY ($1::text[]) AND r.prefix <> $2
        ORDER BY length(r.prefix) DESC, u.kind LIMIT 1`,
      [coveragePrefixes(postcode), code],
    );
    return rule;
  }

  /** How far the caller organises. */
  async reach(manager: OrganiserManager): Promise<{ isNational: boolean; unitIds: string[] }> {
    const [reach] = await manager.query<{ isNational: boolean; unitIds: string[] }[]>(
      `SELECT my_units() AS "unitIds",
              EXISTS (SELECT FROM unit u WHERE u.kind = 'national'
                         AND u.id = ANY ((SELECT my_units_to_change())::uuid[])) AS "isNational"`,
    );
    return reach ?? { isNational: false, unitIds: [] };
  }

  /** Adds a rule. @returns its id. */
  async insert(
    manager: OrganiserManager,
    { id: unitId, kind: unitKind }: RuleHolder,
    { kind, code }: CoverageCode,
  ): Promise<string> {
    const id = newId();
    await manager.query(
      `INSERT INTO coverage_rule (id, kind, prefix, unit_id, unit_kind)
       VALUES ($1, $2, $3, $4, $5)`,
      [id, kind, code, unitId, unitKind],
    );
    return id;
  }

  /** @returns whether it was still there: of several who delete it at once, one does. */
  async delete(manager: OrganiserManager, id: string): Promise<boolean> {
    const [, deleted] = await manager.query<[unknown, number]>(
      'DELETE FROM coverage_rule WHERE id = $1',
      [id],
    );
    return deleted === 1;
  }
}
