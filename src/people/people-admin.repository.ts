import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Conditions } from '../organisers/conditions.js';
import {
  PLACE_COLUMNS,
  joinUnit,
  placeOrNull,
  unitReference,
} from '../organisers/record-columns.js';
import type { OrganiserManager } from '../platform/database/database.js';
import { type Page, decodeCursor, toPage } from '../platform/http/keyset-page.js';
import { uuidV7Id } from '../platform/http/text.schema.js';
import { personSearch } from './search-conditions.js';
import type { PeopleQuery } from './people.admin-schemas.js';
import { readSearch } from './search-terms.js';

type Row = Record<string, unknown> & { id: string };

const cursorShape = z.tuple([uuidV7Id()]);

/** The address or number to use: a verified one before an unverified, the oldest first. */
const contact = (kind: 'email' | 'phone') => `
  (SELECT c.value FROM contact_point c WHERE c.person_id = p.id AND c.kind = '${kind}'
    ORDER BY c.verified_at NULLS LAST, c.created_at, c.id LIMIT 1)`;

const SUMMARY = `
  p.id, p.given_name AS "givenName", p.family_name AS "familyName", p.status,
  ${contact('email')} AS email, ${contact('phone')} AS phone, p.postcode, p.town,
  p.created_at AS "createdAt", p.updated_at AS "updatedAt", ${PLACE_COLUMNS}`;

/** People as organisers see them; every statement runs under the policies of one organiser. */
@Injectable()
export class PeopleAdminRepository {
  /** A page of people, newest first. */
  async page(manager: OrganiserManager, query: PeopleQuery): Promise<Page<Row>> {
    const conditions = new Conditions();
    conditions.addPlaces('p.unit_id', query).addUpdatedSince('p.updated_at', query);
    if (query.status !== undefined) conditions.add('p.status = $?', query.status);
    if (query.q !== undefined) {
      const search = personSearch('p', readSearch(query.q));
      conditions.add(search.text, ...search.values);
    }
    const total =
      query.count === true ? await conditions.count(manager, 'FROM person p') : undefined;
    if (query.cursor !== undefined) {
      const [id] = decodeCursor(query.cursor, cursorShape);
      conditions.add('p.id < $?', id);
    }
    // A search is run to its end before the page is cut: led by the page's order, PostgreSQL would
    // walk everybody from the newest on, in the hope that fifty fit soon.
    const rows = await manager.query<Row[]>(
      `WITH found AS ${query.q === undefined ? 'NOT MATERIALIZED' : 'MATERIALIZED'} (
         SELECT p.id FROM person p ${conditions.where}
       ), page AS MATERIALIZED (
         SELECT id FROM found ORDER BY id DESC LIMIT ${query.limit + 1})
       SELECT ${SUMMARY} FROM page JOIN person p ON p.id = page.id ${joinUnit('p.unit_id')}
        ORDER BY p.id DESC`,
      conditions.values,
    );
    return { ...toPage(rows, query.limit, ({ id }) => [id]), total };
  }

  /** The person of an id; undefined for one that does not exist or is out of sight. */
  async person(
    manager: OrganiserManager,
    id: string,
  ): Promise<(Row & { version: number }) | undefined> {
    const [person] = await manager.query<(Row & { version: number })[]>(
      `SELECT ${SUMMARY}, p.external_id AS "externalId", p.country, p.version,
              to_char(p.date_of_birth, 'YYYY-MM-DD') AS "dateOfBirth",
              json_build_object('line1', p.address_line1, 'line2', p.address_line2,
                                'town', p.town) AS address
         FROM person p ${joinUnit('p.unit_id')} WHERE p.id = $1`,
      [id],
    );
    return person;
  }

  /** How to reach a person: verified first. */
  async contactPoints(manager: OrganiserManager, personId: string): Promise<Row[]> {
    return manager.query<Row[]>(
      `SELECT kind, value, verified_at IS NOT NULL AS verified, verified_at AS "verifiedAt"
         FROM contact_point WHERE person_id = $1
        ORDER BY kind, verified_at NULLS LAST, created_at, id`,
      [personId],
    );
  }

  /** Every allocation a person ever had, the current one first. */
  async allocations(manager: OrganiserManager, personId: string) {
    return manager.query<(Row & { validUntil: Date | null })[]>(
      `SELECT a.method, a.explanation, a.rule_prefix AS "rulePrefix", a.precision,
              a.distance_km AS "distanceKm", a.valid_from AS "validFrom",
              a.valid_until AS "validUntil", ${unitReference('u')} AS unit,
              ${placeOrNull('r')} AS region, ${placeOrNull('b')} AS branch
         FROM allocation a
         JOIN unit u ON u.id = a.unit_id
         LEFT JOIN unit r ON r.id = a.region_id
         LEFT JOIN unit b ON b.id = a.branch_id
        WHERE a.person_id = $1
        ORDER BY a.valid_until DESC NULLS FIRST, a.valid_from DESC`,
      [personId],
    );
  }

  /** What a person agreed to as it holds: the newest event of each channel and purpose. */
  async consents(manager: OrganiserManager, personId: string): Promise<Row[]> {
    return manager.query<Row[]>(
      `SELECT DISTINCT ON (channel, purpose) channel, purpose, decision,
              occurred_at AS "occurredAt", source,
              privacy_notice_version AS "privacyNoticeVersion",
              wording_version AS "wordingVersion", actor_kind AS "actorKind",
              CASE WHEN evidence_kind IS NOT NULL THEN json_build_object(
                'kind', evidence_kind, 'reference', evidence_reference) END AS evidence
         FROM consent_event WHERE person_id = $1
        ORDER BY channel, purpose, occurred_at DESC, id DESC`,
      [personId],
    );
  }

  /** The submissions that led to this person, newest first. */
  async submissions(manager: OrganiserManager, personId: string): Promise<Row[]> {
    return manager.query<Row[]>(
      `SELECT s.id, s.reference, s.received_at AS "receivedAt", h.state
         FROM join_submission_handling h JOIN join_submission s ON s.id = h.submission_id
        WHERE h.person_id = $1 ORDER BY s.id DESC`,
      [personId],
    );
  }

  /** The duties about this person, newest first. */
  async followUps(manager: OrganiserManager, personId: string): Promise<Row[]> {
    return manager.query<Row[]>(
      `SELECT f.id, f.state, f.due_at AS "dueAt", f.closed_at AS "closedAt", f.outcome,
              f.closed_at IS NULL AND f.due_at < clock_now() AS overdue,
              ${unitReference('u')} AS unit
         FROM follow_up f JOIN unit u ON u.id = f.unit_id
        WHERE f.person_id = $1 ORDER BY f.id DESC`,
      [personId],
    );
  }
}
