import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../../src/platform/project-root.js';

/** Runs one of the operator's commands as the owner of a database. */
export function runCli(
  ownerUrl: string,
  args: readonly string[],
): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(projectRoot, 'dist', 'src', 'cli.js'), ...args],
      { env: { ...process.env, DATABASE_OWNER_URL: ownerUrl, DATABASE_URL: '' } },
      (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}
