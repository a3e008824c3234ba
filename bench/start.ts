import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../src/platform/project-root.js';
import { startProgram } from './child-program.js';

/** Seconds from `npm start` on a built copy until it answers that it is ready. */
export interface StartFigures {
  /** With nothing there: a database is made, migrated and filled with the demo organisation. */
  readonly emptyFolder: number;
  /** On the folder of the start before. */
  readonly sameFolder: number;
}

const TSC = join(projectRoot, 'node_modules/typescript/bin/tsc');

/** How long `npm start` takes after install and build. */
export async function benchStart(): Promise<StartFigures> {
  const dataDir = await mkdtemp(join(tmpdir(), 'branchline-bench-start-'));
  const secondsToReady = async (): Promise<number> => {
    const began = performance.now();
    // What npm start does first: there is nothing to be done, and it takes a while to see that.
    await promisify(execFile)(process.execPath, [TSC, '-p', 'tsconfig.build.json'], {
      cwd: projectRoot,
    });
    const program = await startProgram({
      name: 'npm start',
      script: 'dist/src/dev.js',
      environment: { DATA_DIR: dataDir },
      readyPath: '/health/ready',
    });
    const seconds = (performance.now() - began) / 1000;
    await program.stop();
    return seconds;
  };
  try {
    return { emptyFolder: await secondsToReady(), sameFolder: await secondsToReady() };
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
