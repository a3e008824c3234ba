import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { freePort } from './redis.js';

/** PgBouncer refuses to run as root; this is the uid of `nobody` on every Linux. */
const NOBODY = 65_534;

/** Path of `pgbouncer`, or undefined where none is installed. */
export function findPgBouncer(): string | undefined {
  return ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A PgBouncer in transaction mode before one database. @returns the URL through it. */
export async function startPgBouncer(url: string): Promise<{ url: string; stop(): Promise<void> }> {
  const program = findPgBouncer();
  if (program === undefined) throw new Error('no pgbouncer on this machine');
  const target = new URL(url);
  const folder = await mkdtemp(join(tmpdir(), 'branchline-pgbouncer-'));
  const port = await freePort();
  const user = decodeURIComponent(target.username);
  const password = decodeURIComponent(target.password);
  await writeFile(join(folder, 'users.txt'), `"${user}" "${password}"\n`);
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    `[databases]
* = host=${target.hostname} port=${target.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(folder, 'users.txt')}
pool_mode = transaction
default_pool_size = 4
`,
  );
  const isRoot = userInfo().uid === 0;
  if (isRoot) {
    for (const file of ['', 'users.txt', 'pgbouncer.ini']) {
      chownSync(join(folder, file), NOBODY, NOBODY);
    }
  }
  const child = spawn(program, [join(folder, 'pgbouncer.ini')], {
    stdio: 'ignore',
    ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
  });
  await vi.waitFor(() => reach(port), { timeout: 10_000, interval: 50 });
  const through = new URL(target);
  through.port = String(port);
  return {
    url: through.href,
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function reach(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}
