import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder of the nearest `package.json` at or above `start`.
 *
 * @throws Error when there is none up to the root of the file system.
 */
export function findProjectRoot(start: string): string {
  let folder = start;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`No package.json at or above ${start}`);
    folder = parent;
  }
  return folder;
}

/**
 * The absolute path of the project: where `package.json` and `data/` lie.
 *
 * Found by walking up instead of counting `..`, because this module sits at a different depth as
 * source (`src/platform`) and as built output (`dist/src/platform`).
 */
export const projectRoot: string = findProjectRoot(import.meta.dirname);
