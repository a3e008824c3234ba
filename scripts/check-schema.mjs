/**
 * Migrates an empty database of its own and asks the built output whether entities and tables
 * agree (`cli database check`).
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbeddedPostgres } from '../dist/src/development/embedded-postgres.js';

const cli = fileURLToPath(new URL('../dist/src/cli.js', import.meta.url));
const dataDir = await mkdtemp(join(tmpdir(), 'branchline-schema-'));
const postgres = await startEmbeddedPostgres({ dataDir, durable: false, log: () => undefined });
const environment = {
  ...process.env,
  DATABASE_URL: postgres.superuserUrl('postgres'),
  SMTP_URL: 'smtp://127.0.0.1:25',
  LINK_SECRET: 'only for this check, which sends nothing',
};
let status = 1;
try {
  for (const command of ['migrate', 'check']) {
    const { status: code } = spawnSync(process.execPath, [cli, 'database', command], {
      env: environment,
      stdio: 'inherit',
    });
    status = code ?? 1;
    if (status !== 0) break;
  }
} finally {
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}
process.exit(status);
