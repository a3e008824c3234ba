import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeDownloadFolder, removeAbandonedDownloads } from './download-folder.js';

let temporary: string;
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'branchline-temporary-'));
});
afterEach(() => rm(temporary, { recursive: true }));

/** The number of a process that has been, and is no more. */
async function goneProcess(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid ?? 0;
}

/** What a folder of this process would be called if it were of another. */
const named = (own: string, change: (parts: string[]) => string[]) =>
  join(temporary, change(basename(own).split('-')).join('-'));

it('keeps the folder of a process that lives', async () => {
  const own = await makeDownloadFolder(temporary);
  await removeAbandonedDownloads(temporary);
  expect(await readdir(temporary)).toEqual([basename(own)]);
});

it('removes that of a process that is gone, with all that is in it', async () => {
  const own = await makeDownloadFolder(temporary);
  const gone = await goneProcess();
  const remnant = named(own, ([a = '', b = '', space = '', , ...rest]) => [
    a,
    b,
    space,
    `${gone}`,
    ...rest,
  ]);
  await mkdir(join(remnant, 'below'), { recursive: true });
  await writeFile(join(remnant, 'below', 'release'), 'half of it');
  await removeAbandonedDownloads(temporary);
  expect(await readdir(temporary)).toEqual([basename(own)]);
});

it.runIf(process.platform === 'linux')(
  'removes that of a process whose number has been given to another',
  async () => {
    const own = await makeDownloadFolder(temporary);
    const remnant = named(own, ([a = '', b = '', space = '', pid = '', , ...rest]) => [
      a,
      b,
      space,
      pid,
      '0123456789ab',
      ...rest,
    ]);
    await mkdir(remnant);
    await removeAbandonedDownloads(temporary);
    expect(await readdir(temporary)).toEqual([basename(own)]);
  },
);

it('leaves alone what it cannot judge: of another container, no folder, of another name', async () => {
  const own = await makeDownloadFolder(temporary);
  const gone = String(await goneProcess());
  const elsewhere = named(own, ([a = '', b = '', , , ...rest]) => [a, b, '1', gone, ...rest]);
  const remnant = named(own, ([a = '', b = '', space = '', , ...rest]) => [
    a,
    b,
    space,
    gone,
    ...rest,
  ]);
  await mkdir(elsewhere);
  await symlink(elsewhere, remnant);
  await mkdir(join(temporary, 'branchline-postcodes-AbCdEf'));
  const before = await readdir(temporary);
  await removeAbandonedDownloads(temporary);
  expect(await readdir(temporary)).toEqual(before);
  expect(before).toHaveLength(4);
});
