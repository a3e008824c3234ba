import { v7 as uuidV7 } from 'uuid';
import type { Role } from '../../../src/organisers/permissions.js';
import { hashApiKeyToken, makeApiKeyToken } from '../../../src/organisers/api-key-token.js';
import { hashSessionToken, makeSessionToken } from '../../../src/organisers/session-token.js';
import { giveGrant } from '../../factories/organisation.js';
import type { TestDatabase } from '../../support/test-database.js';
import type { AdminStage } from '../support.js';

/** Where a grant may stand. */
export const LEVELS = ['national', 'region', 'branch'] as const;
export type Level = (typeof LEVELS)[number];

/** The unit of each level that a caller's one grant is on. */
export const UNIT_OF_LEVEL = { national: 'national', region: 'wales', branch: 'cardiff' } as const;

/** An organiser with one role on one unit, signed in; or a program with a key. */
export interface Caller {
  readonly id: string;
  readonly role: Role;
  readonly level: Level;
  readonly token: string;
}

/** Makes an account with one grant and a session. */
export async function makeCaller(stage: AdminStage, role: Role, level: Level): Promise<Caller> {
  const { database, organisation } = stage;
  const id = await makeAccount(database, `${role}.${level}@example.org`);
  await giveGrant(database, id, role, organisation.units[UNIT_OF_LEVEL[level]].id);
  return { id, role, level, token: (await openSession(database, id)).token };
}

/**
 * A program with a key for the branch. Its reading scopes are just what a reader may do, so that it
 * stands where a reader of the branch does, as far as keys are let in.
 */
export async function makeKeyCaller(
  { database, organisation }: AdminStage,
  scopes: readonly string[],
): Promise<Caller> {
  const id = uuidV7();
  const token = makeApiKeyToken();
  await database.sql(
    `INSERT INTO api_key (id, name, prefix, secret_hash, scopes, unit_id, expires_at)
     VALUES ($1, 'A program', 'blk_', $2, $3, $4, clock_now() + interval '1 day')`,
    [id, hashApiKeyToken(token), scopes, organisation.units[UNIT_OF_LEVEL.branch].id],
  );
  return { id, role: 'reader', level: 'branch', token };
}

/** The same a day after the end of the grant, by which they may still read. */
export async function makeGracedCaller(
  stage: AdminStage,
  role: Role,
  level: Level,
): Promise<Caller> {
  const { database, organisation } = stage;
  const id = await makeAccount(database, `graced.${role}.${level}@example.org`);
  const grantId = await giveGrant(database, id, role, organisation.units[UNIT_OF_LEVEL[level]].id);
  await database.sql(
    `UPDATE organiser_grant
        SET valid_from = clock_now() - interval '2 days', valid_until = clock_now() - interval '1 day',
            read_only_until = clock_now() + interval '1 day'
      WHERE id = $1`,
    [grantId],
  );
  return { id, role, level, token: (await openSession(database, id)).token };
}

/** An account that nobody can sign in to by a password, which takes its time to be checked. */
async function makeAccount(database: TestDatabase, email: string): Promise<string> {
  const id = uuidV7();
  await database.sql(
    `INSERT INTO organiser (id, email, name, password_hash) VALUES ($1, $2, $3, 'none')`,
    [id, email, email],
  );
  return id;
}

/** A session as signing in makes it. */
export async function openSession(
  database: TestDatabase,
  organiserId: string,
): Promise<{ id: string; token: string }> {
  const id = uuidV7();
  const token = makeSessionToken();
  await database.sql(
    `INSERT INTO organiser_session (id, organiser_id, token_hash, expires_at)
     VALUES ($1, $2, $3, clock_now() + interval '1 hour')`,
    [id, organiserId, hashSessionToken(token)],
  );
  return { id, token };
}
