import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/platform/new-id.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { readStored } from './read-evidence.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  // Where the harness looks for what was recorded of mails.
  await database.sql('CREATE SCHEMA faults');
  await database.sql(`CREATE TABLE faults.message_change (number bigint, message_id_header text,
    state text, begun_at timestamptz, at timestamptz)`);
  // As after a write by halves, of which foreign keys would have something to say.
  await database.sql('SET session_replication_role = replica');
});
afterAll(() => database.drop());

const id = newId();
const HALVES: readonly (readonly [what: string, table: string, statement: string])[] = [
  [
    'a person',
    'person',
    `INSERT INTO person (id, given_name, country, unit_id) VALUES ($1, 'Sam', 'GB', $1)`,
  ],
  [
    'a consent',
    'consent_event',
    `INSERT INTO consent_event (id, person_id, submission_id, channel, purpose, decision,
       occurred_at, source, privacy_notice_version, wording_version, actor_kind)
     VALUES ($1, $1, $1, 'email', 'news', 'granted', now(), 'json', '1', '1', 'person')`,
  ],
  [
    'a duty',
    'follow_up',
    `INSERT INTO follow_up (id, kind, submission_id, unit_id, office, calendar, due_at, remind_at)
     VALUES ($1, 'join', $1, $1, 'branch_secretary', 'scotland', now(), now())`,
  ],
  [
    'a message of no submission and no duty',
    'message',
    `INSERT INTO message (id, business_key, kind, channel, message_id_header)
     VALUES ($1, 'key', 'follow_up_notice', 'email', '<a>')`,
  ],
  [
    'a message of a submission that is not there',
    'message',
    `INSERT INTO message (id, business_key, kind, channel, message_id_header, submission_id)
     VALUES ($1, 'key', 'join_acknowledgement', 'email', '<a>', $1)`,
  ],
  [
    'a kept answer',
    'idempotency_key',
    `INSERT INTO idempotency_key (scope, key_hash, input_hash, response, expires_at)
     VALUES ('join:site', 'a', 'a', jsonb_build_object('id', $1::uuid), now())`,
  ],
];

describe('rows that no submission stands behind', () => {
  it('are none in an empty database', async () => {
    expect((await readStored(database)).orphans).toBe(0);
  });

  it.each(HALVES)('are counted: %s', async (_what, table, statement) => {
    await database.sql(statement, [id]);
    expect((await readStored(database)).orphans).toBe(1);
    await database.sql(`DELETE FROM ${table}`);
  });
});
