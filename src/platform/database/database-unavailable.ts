/** Codes of Node's sockets and resolver that mean: the database's host cannot be reached. */
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/**
 * SQLSTATEs that mean "not now" and never "wrong input": shutdown and start-up (57P01–57P03),
 * statement timeout (57014), too many connections (53300), lock not available in time (55P03),
 * deadlock and serialisation failure (40P01, 40001: the same request goes through when repeated), and
 * a database that is being restored: closed to connections, renamed or dropped (55000, 3D000, 57P04).
 * PostgreSQL manual, appendix A.
 */
const NOT_NOW_STATES = new Set([
  '57P01',
  '57P02',
  '57P03',
  '57014',
  '53300',
  '55P03',
  '25P03',
  '40P01',
  '40001',
  '55000',
  '3D000',
  '57P04',
]);

/** Messages of `pg` and `pg-pool`, which carry no code. */
const CONNECTION_MESSAGES = [
  'connection terminated',
  'timeout exceeded when trying to connect',
  'client has encountered a connection error',
  'client was closed and is not queryable',
  'query read timeout',
  'cannot use a pool after calling end',
];

/**
 * TypeORM: the data source was never opened, or has been closed already; or the connection of a
 * transaction was cut between two of its statements, and was given back without a word.
 */
const TYPEORM_NAMES = new Set([
  'QueryRunnerAlreadyReleasedError',
  'QueryRunnerProviderAlreadyReleasedError',
  'CannotExecuteNotConnectedError',
  'CannotGetEntityManagerNotConnectedError',
  'ConnectionIsNotSetError',
]);

/**
 * Whether an error says that the database is away for the moment rather than that something was
 * wrong. Looks through TypeORM's `driverError`, `cause` and aggregated errors (`localhost` gives
 * one error per address).
 */
export function isDatabaseUnavailable(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > 4) return false;
  const { code, driverError, errors } = error as Error & {
    code?: unknown;
    driverError?: unknown;
    errors?: unknown;
  };
  if (typeof code === 'string') {
    if (NOT_NOW_STATES.has(code) || /^08[0-9A-Z]{3}$/.test(code)) return true;
    if (NETWORK_CODES.has(code)) return true;
  }
  const message = error.message.toLowerCase();
  if (CONNECTION_MESSAGES.some((part) => message.includes(part))) return true;
  if (TYPEORM_NAMES.has(error.name)) return true;
  return [driverError, error.cause, ...(Array.isArray(errors) ? errors : [])].some((inner) =>
    isDatabaseUnavailable(inner, depth + 1),
  );
}
