import type { BenchDatabase } from './bench-cluster.js';

/** How many people one statement makes: memory stays small, and progress can be told. */
const BATCH = 50_000;

/** An id of version 7 for the n-th row of a kind, all of them older than any that is made now. */
const id = (kind: number) =>
  `('018f' || lpad(to_hex(n), 8, '0') || '7${String(kind).padStart(3, '0')}8000' || lpad(to_hex(n), 12, '0'))::uuid`;
const PERSON = id(1);
const SUBMISSION = id(2);
const FOLLOW_UP = id(3);
/** A year of joins, evenly spread. */
const WHEN = `(now() - interval '1 year' + n * (interval '1 year' / $3::float8))`;
/** Nine people of ten have been contacted. */
const IS_DONE = 'n % 10 <> 0';

/** What one join leaves behind once its mails are sent, in the tables that grow with people. */
const STATEMENTS = [
  `INSERT INTO person (id, given_name, family_name, country, postcode, unit_id, created_at, updated_at)
   SELECT ${PERSON}, (ARRAY['Sam', 'Alex', 'Chris', 'Robin', 'Kim', 'Jo', 'Pat', 'Lee'])[1 + n % 8],
          'Example ' || translate(to_hex(n), '0123456789', 'ghijklmnop'), 'GB', 'M14 5RX',
          unit, ${WHEN}, ${WHEN} FROM people`,
  `INSERT INTO contact_point (id, person_id, kind, value, created_at)
   SELECT ${id(4)}, ${PERSON}, 'email', 'person.' || n || '@example.org', ${WHEN} FROM people
    UNION ALL
   SELECT ${id(5)}, ${PERSON}, 'phone', '+4473' || lpad(n::text, 8, '0'), ${WHEN} FROM people`,
  `INSERT INTO allocation (id, person_id, method, unit_id, branch_id, precision, explanation,
                           directory_version, dataset_version, valid_from)
   SELECT ${id(6)}, ${PERSON}, 'coverage_rule', unit, unit, 'area',
          'M14 belongs to Manchester South', 1, 'areas-1', ${WHEN} FROM people`,
  `INSERT INTO join_submission (id, reference, form_id, channel, received_at, posted, answer, email,
                                phone, address, request_id)
   SELECT ${SUBMISSION}, 'J-' || lpad(to_hex(n), 8, '0'), 'join', 'json', ${WHEN},
          jsonb_build_object('givenName', 'Sam', 'familyName', 'Example', 'postcode', 'M14 5RX',
                             'consent', jsonb_build_object('privacyNotice', '2026-11')),
          jsonb_build_object('id', ${SUBMISSION}, 'next', repeat('what happens now ', 30)),
          'person.' || n || '@example.org', '+4473' || lpad(n::text, 8, '0'), '127.0.0.1',
          ${id(7)}::text FROM people`,
  `INSERT INTO consent_event (id, person_id, submission_id, channel, purpose, decision, occurred_at,
                              source, privacy_notice_version, wording_version, actor_kind, address)
   SELECT ${id(8)}, ${PERSON}, ${SUBMISSION}, 'email', 'news_and_campaigns', 'granted', ${WHEN},
          'json', '2026-11', '1', 'person', '127.0.0.1'::inet FROM people`,
  `INSERT INTO join_submission_handling (submission_id, person_id, unit_id, state)
   SELECT ${SUBMISSION}, ${PERSON}, unit, CASE WHEN ${IS_DONE} THEN 'contacted' ELSE 'received' END
     FROM people`,
  `INSERT INTO follow_up (id, kind, submission_id, person_id, unit_id, office, calendar, state,
                          due_at, remind_at, closed_at, outcome)
   SELECT ${FOLLOW_UP}, 'join', ${SUBMISSION}, ${PERSON}, unit, 'branch_secretary',
          'england-and-wales', CASE WHEN ${IS_DONE} THEN 'done' ELSE 'open' END, ${WHEN}, ${WHEN},
          CASE WHEN ${IS_DONE} THEN ${WHEN} END, CASE WHEN ${IS_DONE} THEN 'contacted' END
     FROM people`,
  `INSERT INTO message (id, business_key, kind, channel, submission_id, follow_up_id, assignment,
                        recipient_hash, state, attempts, message_id_header, sent_at, created_at)
   SELECT ${id(9)}, 'join_acknowledgement:' || ${SUBMISSION}, 'join_acknowledgement', 'email',
          ${SUBMISSION}, NULL::uuid, NULL::integer, sha256(n::text::bytea), 'sent', 1,
          '<' || ${id(9)} || '@example.org>', ${WHEN}, ${WHEN} FROM people
    UNION ALL
   SELECT ${id(10)}, 'follow_up_notice:' || ${FOLLOW_UP} || ':1', 'follow_up_notice', 'email',
          NULL, ${FOLLOW_UP}, 1, NULL, 'sent', 1, '<' || ${id(10)} || '@example.org>', ${WHEN},
          ${WHEN} FROM people`,
];

/**
 * Fills a database with people who joined in the year before, each with contact points, consent,
 * allocation, submission, duty and sent messages. Triggers of foreign keys are off meanwhile.
 */
export async function seedPeople(database: BenchDatabase, count: number): Promise<void> {
  await database.sql('SET session_replication_role = replica');
  const [units] = await database.sql<{ ids: string[] }>(
    `SELECT array_agg(id ORDER BY slug)::text[] AS ids FROM unit WHERE kind = 'branch'`,
  );
  for (let first = 0; first < count; first += BATCH) {
    const last = Math.min(first + BATCH, count) - 1;
    for (const statement of STATEMENTS) {
      await database.sql(
        `WITH people AS (
           SELECT n, ($4::uuid[])[1 + n % cardinality($4::uuid[])] AS unit
             FROM generate_series($1::integer, $2::integer) AS n
            WHERE $3::integer > 0)
         ${statement}`,
        [first, last, count, units?.ids ?? []],
      );
    }
  }
  await database.sql('SET session_replication_role = origin');
  await database.sql('VACUUM ANALYZE');
}
