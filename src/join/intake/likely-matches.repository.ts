import { Injectable } from '@nestjs/common';
import { PLACE_COLUMNS, joinUnit } from '../../organisers/record-columns.js';
import type { OrganiserManager } from '../../platform/database/database.js';
import type { MatchReason } from './likely-matches.schemas.js';

/** What is looked for; null: not known. */
export interface MatchTerms {
  readonly email: string | null;
  readonly phone: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly postcode: string | null;
}

/** Somebody who may be the one; contacts in full. */
export interface LikelyMatch {
  readonly personId: string;
  readonly why: MatchReason[];
  readonly email: string | null;
  readonly phone: string | null;
  readonly [column: string]: unknown;
}

/** More than these are told of nobody. */
const MOST_MATCHES = 10;
/** Of each reason no more are weighed: among fifty people of one name nobody finds the one. */
const MOST_OF_A_REASON = 50;

const contact = (kind: 'email' | 'phone') => `
  (SELECT c.value FROM contact_point c WHERE c.person_id = p.id AND c.kind = '${kind}'
    ORDER BY c.value IN ($1, $2) DESC, c.verified_at NULLS LAST, c.created_at, c.id LIMIT 1)`;

/** The whole name as the record has it folded. */
const WHOLE = `folded_name($3 || ' ' || $4)`;

/**
 * Each reason is an equality of its own, which is leakproof, so that it is found by index under the
 * policies however many people there are elsewhere.
 */
const FIND = `
  WITH found AS MATERIALIZED (
    (SELECT c.person_id AS id, 16 AS weight, 'same_email' AS reason FROM contact_point c
      WHERE c.kind = 'email' AND c.value = $1 LIMIT ${MOST_OF_A_REASON})
    UNION ALL
    (SELECT c.person_id, 8, 'same_phone' FROM contact_point c
      WHERE c.kind = 'phone' AND c.value = $2 LIMIT ${MOST_OF_A_REASON})
    UNION ALL
    (SELECT p.id, 4, 'same_name_and_postcode' FROM person p
      WHERE p.folded_name = ${WHOLE} AND p.postcode = $5 LIMIT ${MOST_OF_A_REASON})
    UNION ALL
    (SELECT p.id, 2, 'same_given_name_and_postcode' FROM person p
      WHERE p.postcode = $5 AND p.folded_given_name = folded_name($3)
        AND p.folded_name IS DISTINCT FROM ${WHOLE} LIMIT ${MOST_OF_A_REASON})
    UNION ALL
    (SELECT p.id, 1, 'same_name' FROM person p
      WHERE p.folded_name = ${WHOLE} AND (p.postcode = $5) IS NOT TRUE
      LIMIT ${MOST_OF_A_REASON})
  ), likely AS MATERIALIZED (
    SELECT id, sum(weight) AS weight, array_agg(reason ORDER BY weight DESC) AS why
      FROM found GROUP BY id ORDER BY sum(weight) DESC, id DESC LIMIT ${MOST_MATCHES}
  )
  SELECT p.id AS "personId", likely.why, p.given_name AS "givenName",
         p.family_name AS "familyName", p.status, p.town,
         CASE WHEN p.country IN ('GB', 'JE', 'GY', 'GG', 'IM')
              THEN split_part(p.postcode, ' ', 1) END AS district,
         ${contact('email')} AS email, ${contact('phone')} AS phone,
         p.created_at AS since, ${PLACE_COLUMNS}
    FROM likely JOIN person p ON p.id = likely.id ${joinUnit('p.unit_id')}
   ORDER BY likely.weight DESC, p.id DESC`;

/** Whom a set of details may belong to, under one organiser's policies. */
@Injectable()
export class LikelyMatchesRepository {
  async find(manager: OrganiserManager, terms: MatchTerms): Promise<LikelyMatch[]> {
    const { email, phone, givenName, familyName, postcode } = terms;
    return manager.query<LikelyMatch[]>(FIND, [email, phone, givenName, familyName, postcode]);
  }
}
