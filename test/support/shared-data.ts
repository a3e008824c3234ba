import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/platform/project-root.js';

/**
 * The path of a file of the reference data beside the project (`../shared/data/<name>`), or
 * `undefined` where it is absent: a test that needs it then skips, and a notice says so.
 *
 * On a build server that has the shared folder a missing file is an error, so that a renamed file
 * cannot turn a test off unnoticed.
 *
 * @throws Error when `CI` is set and `../shared` is there, but the file is not.
 */
export function sharedDataPath(name: string): string | undefined {
  const shared = join(projectRoot, '..', 'shared');
  const path = join(shared, 'data', name);
  if (existsSync(path)) return path;
  if (process.env['CI'] && existsSync(shared)) {
    throw new Error(`${path} is missing, and on CI the shared data has to be complete`);
  }
  console.warn(`SKIPPED: a test that reads ${path}, which is not there`);
  return undefined;
}
