import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectRoot } from '../../src/platform/project-root.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const SMALL = {
  name: 'A union',
  nationalOffice: { phone: '020 7946 0000' },
  regions: [{ slug: 'north', name: 'North', coverage: ['M', 'LS'] }],
  branches: [{ slug: 'leeds', name: 'Leeds', region: 'north', coverage: ['ls'] }],
};

describe('the command', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'branchline-import-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const run = (file: string) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const cli = join(projectRoot, 'dist', 'src', 'cli.js');
      const env = { ...process.env, DATABASE_OWNER_URL: database.ownerUrl, DATABASE_URL: '' };
      execFile(
        process.execPath,
        [cli, 'organisation', 'import', file],
        { env },
        (error, out, err) =>
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      );
    });
  const fileOf = async (content: string) => {
    const path = join(folder, 'organisation.json');
    await writeFile(path, content);
    return path;
  };

  it('imports a file and says what it did', async () => {
    const path = await fileOf(JSON.stringify(SMALL));
    expect(await run(path)).toMatchObject({
      code: 0,
      out: '3 units new or changed, 3 coverage rules added, 0 removed.\n',
      err: '',
    });
    expect((await run(path)).out).toBe(
      '0 units new or changed, 0 coverage rules added, 0 removed.\n',
    );
  });

  it.each([
    [
      'faults',
      JSON.stringify({ ...SMALL, nationalOffice: {}, colour: 'red' }),
      /2 fault\(s\)[\s\S]*nationalOffice[\s\S]*colour/,
    ],
    ['no JSON', '{"name":', /It is not JSON/],
  ])('ends with code 1 and tells in words of a file with %s', async (_what, content, words) => {
    const { code, out, err } = await run(await fileOf(content));
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(words);
    expect(err).not.toMatch(/ at .*\.js:\d+/);
    expect(await database.sql('SELECT id FROM unit')).toEqual([]);
  });

  it('ends with code 1 where there is no such file', async () => {
    const { code, err } = await run(join(folder, 'none.json'));
    expect(code).toBe(1);
    expect(err).toMatch(/no such file/i);
  });
});
