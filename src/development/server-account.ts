import { execFileSync } from 'node:child_process';

/** The user and group ids that the database server runs under. */
export interface ServerAccount {
  uid: number;
  gid: number;
}

/** In this order: the user meant for it, then those that nearly every system has. */
const CANDIDATES = ['postgres', '_postgres', 'nobody', 'daemon'];

/** @returns true where this process runs as root, which PostgreSQL refuses to do */
export function runsAsRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Chooses an existing unprivileged user for the server when we are root. Nothing is created: a
 * development tool has no business in the list of users.
 *
 * @throws Error with what to do, when the system has none of the usual users
 */
export function findServerAccount(): ServerAccount {
  for (const name of CANDIDATES) {
    const uid = idOf('-u', name);
    const gid = idOf('-g', name);
    if (uid !== undefined && gid !== undefined && uid !== 0) return { uid, gid };
  }
  throw new Error(
    'PostgreSQL refuses to run as root, and this system has none of the users ' +
      `${CANDIDATES.join(', ')} to run it as. Start as an ordinary user, or set DATABASE_URL.`,
  );
}

function idOf(flag: '-u' | '-g', name: string): number | undefined {
  try {
    const output = execFileSync('id', [flag, name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin' },
    });
    const id = Number(output.trim());
    return Number.isSafeInteger(id) && id >= 0 ? id : undefined;
  } catch {
    return undefined;
  }
}
