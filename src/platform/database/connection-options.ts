import type { Configuration } from '../config/configuration.js';

/** The database roles of `migrations/`: one migrates, one serves, one is an organiser's request. */
export const OWNER_ROLE = 'branchline_owner';
export const APPLICATION_ROLE = 'branchline_app';
export const ORGANISER_ROLE = 'branchline_organiser';
/** The same for whoever holds the whole country: shows the same rows, and asks less of each. */
export const ORGANISER_OF_ALL_ROLE = 'branchline_organiser_of_all';

/** A statement of a request that takes longer than this is stopped; the caller hears 503. */
const STATEMENT_TIMEOUT_MILLISECONDS = 15_000;
/** A server that stands still stops nothing: so long is waited for its word that it has. */
const GRACE_MILLISECONDS = 2_000;

/**
 * How the application's pool connects. Every session takes the application's role as its start-up
 * setting, so that row-level security binds it even where the login is a superuser (the embedded
 * database); behind PgBouncer start-up settings are refused, there the login must be that role.
 */
export function poolOptions(configuration: Configuration) {
  const { DATABASE_PGBOUNCER, DATABASE_POOL_SIZE } = configuration.environment;
  return {
    max: DATABASE_POOL_SIZE,
    connectionTimeoutMillis: 3_000,
    keepAlive: true,
    ...(DATABASE_PGBOUNCER
      ? { query_timeout: STATEMENT_TIMEOUT_MILLISECONDS }
      : {
          application_name: 'branchline',
          query_timeout: STATEMENT_TIMEOUT_MILLISECONDS + GRACE_MILLISECONDS,
          options: `-c role=${APPLICATION_ROLE} -c statement_timeout=${STATEMENT_TIMEOUT_MILLISECONDS}`,
        }),
  };
}

/** How a connection past the pooler (LISTEN, BullMQ) takes the application's role. */
export function directOptions(configuration: Configuration, extra = '') {
  return {
    connectionString: configuration.directDatabaseUrl,
    application_name: 'branchline',
    keepAlive: true,
    connectionTimeoutMillis: 3_000,
    options: `-c role=${APPLICATION_ROLE}${extra}`,
  };
}
