import type { Client } from 'pg';
import {
  APPLICATION_ROLE,
  ORGANISER_OF_ALL_ROLE,
  ORGANISER_ROLE,
  OWNER_ROLE,
} from './connection-options.js';

/**
 * Makes the four roles where they are missing and gives the owner its place in this database.
 * Roles belong to the whole cluster: two databases may be set up at once, so that "exists already"
 * is no fault. Where the login may not make roles, an operator has made them (docs/operating.md).
 */
export async function prepareRoles(client: Client): Promise<void> {
  const attributes = {
    [OWNER_ROLE]: 'NOLOGIN',
    // NOINHERIT: it can become an organiser for a transaction, but never is one by membership.
    [APPLICATION_ROLE]: 'NOLOGIN NOINHERIT',
    [ORGANISER_ROLE]: 'NOLOGIN',
    [ORGANISER_OF_ALL_ROLE]: 'NOLOGIN',
  };
  for (const [role, attribute] of Object.entries(attributes)) {
    await client.query(`
      DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN
          CREATE ROLE ${role} ${attribute};
        END IF;
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
      END $$`);
  }
  await client.query(`
    DO $$ BEGIN
      IF NOT pg_has_role('${APPLICATION_ROLE}', '${ORGANISER_ROLE}', 'MEMBER') THEN
        GRANT ${ORGANISER_ROLE} TO ${APPLICATION_ROLE};
      END IF;
      IF NOT pg_has_role('${ORGANISER_OF_ALL_ROLE}', '${ORGANISER_ROLE}', 'MEMBER') THEN
        GRANT ${ORGANISER_ROLE} TO ${ORGANISER_OF_ALL_ROLE};
      END IF;
      IF NOT pg_has_role('${APPLICATION_ROLE}', '${ORGANISER_OF_ALL_ROLE}', 'MEMBER') THEN
        GRANT ${ORGANISER_OF_ALL_ROLE} TO ${APPLICATION_ROLE};
      END IF;
      IF NOT pg_has_role(current_user, '${OWNER_ROLE}', 'MEMBER') THEN
        GRANT ${OWNER_ROLE} TO current_user;
      END IF;
    EXCEPTION WHEN unique_violation THEN NULL;
    END $$`);
  const {
    rows: [database],
  } = await client.query<{ name: string }>('SELECT quote_ident(current_database()) AS name');
  await client.query(`
    GRANT CREATE, CONNECT ON DATABASE ${database?.name} TO ${OWNER_ROLE};
    GRANT USAGE, CREATE ON SCHEMA public TO ${OWNER_ROLE};
    GRANT USAGE ON SCHEMA public TO ${APPLICATION_ROLE}, ${ORGANISER_ROLE}`);
}

/** Lets the application's role sign in with a password of the operator's choice. */
export async function setApplicationPassword(client: Client, password: string): Promise<void> {
  await client.query(`SELECT set_config('branchline.password', $1, false)`, [password]);
  await client.query(`
    DO $$ BEGIN
      EXECUTE format('ALTER ROLE ${APPLICATION_ROLE} LOGIN PASSWORD %L',
        current_setting('branchline.password'));
    END $$`);
  await client.query('RESET branchline.password');
}
