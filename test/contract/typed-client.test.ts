import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import openapiTS, { astToString } from 'openapi-typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../src/platform/project-root.js';
import { type AdminStage, startAdminStage } from '../admin/support.js';
import { TEST_PASSWORD } from '../factories/organisation.js';
import { makeSubmission } from '../factories/submissions.js';

const run = promisify(execFile);
const TSC = join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc');

let stage: AdminStage;
/** Where packages are found as they are from the project itself. */
let folder: string;
beforeAll(async () => {
  stage = await startAdminStage();
  const cache = join(projectRoot, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  folder = await mkdtemp(join(cache, 'typed-client-'));
});
afterAll(async () => {
  await stage.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a client whose types are made of /openapi.json', () => {
  it('knows every answer and every problem: nothing in it is any', async () => {
    const { body } = await stage.call().get('/openapi.json').expect(200);
    const types = astToString(await openapiTS(body as Parameters<typeof openapiTS>[0]));
    await writeFile(join(folder, 'api.ts'), types);
    // `[name: string]: unknown` stands for headers that are not described, and for nothing else.
    const vague = types
      .split('\n')
      .filter((line) => /(?<![\w"'-])(any|unknown)(?=[;,)[\]|>]|$)/.test(line))
      .filter((line) => line.trim() !== '[name: string]: unknown;');
    expect(vague).toEqual([]);
  });

  it('takes a branch secretary through a day, mistakes and all', { timeout: 120_000 }, async () => {
    const { database, organisation } = stage;
    const { cardiff, leeds } = organisation.units;
    await makeSubmission(database, { unit: cardiff });
    await makeSubmission(database, { unit: cardiff });
    const elsewhere = await makeSubmission(database, { unit: leeds });
    await copyFile(
      join(import.meta.dirname, 'typed-client', 'organisers-day.program.txt'),
      join(folder, 'organisers-day.ts'),
    );
    await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    const compilerOptions = {
      strict: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: true,
      target: 'es2023',
      module: 'nodenext',
      types: ['node'],
      rootDir: '.',
      outDir: 'out',
    };
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['organisers-day.ts'] }),
    );
    const compiled = await run(process.execPath, [TSC, '-p', folder]).catch(
      (error: { stdout: string }) => error,
    );
    expect(compiled.stdout).toBe('');
    const { stdout } = await run(process.execPath, [
      join(folder, 'out', 'organisers-day.js'),
      stage.served.url,
      'cardiff@example.org',
      TEST_PASSWORD,
      elsewhere.personId,
    ]);
    expect(stdout).toContain('The day is over.');
    // The types said the same as the server did, and the deeds are on record.
    expect(await readFile(join(folder, 'api.ts'), 'utf8')).toContain('JoinSubmissionDetails');
    const deeds = await database.sql<{ action: string }>(
      'SELECT DISTINCT action FROM audit_event WHERE actor_id = $1 ORDER BY 1',
      [organisation.organisers.cardiff.id],
    );
    expect(deeds.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['join_submission.contacted', 'person.given_name_changed']),
    );
  });
});
