import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DataDirInUseError, lockDataDir } from '../../src/development/data-dir-lock.js';
import { type Child, runChild } from './child-process.js';

describe('lockDataDir', () => {
  let dataDir: string;
  const children: Child[] = [];
  const contender = (): Child => {
    const child = runChild(`
      import { lockDataDir } from '$DIST/development/data-dir-lock.js';
      console.log('ready');
      process.stdin.once('data', () => {
        try { lockDataDir(${JSON.stringify(dataDir)}); console.log('done: won'); }
        catch (error) { console.log('done: ' + error.name); }
      });
    `);
    children.push(child);
    return child;
  };

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'branchline-lock-'));
  });
  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => child.kill()));
    await rm(dataDir, { recursive: true, force: true });
  });

  it('refuses a second holder and says who the first is', () => {
    const release = lockDataDir(dataDir);
    expect(() => lockDataDir(dataDir)).toThrow(DataDirInUseError);
    expect(() => lockDataDir(dataDir)).toThrow(`in use by process ${process.pid}`);
    release();
  });

  it('leaves nothing behind and may be taken again once given back', async () => {
    lockDataDir(dataDir)();
    lockDataDir(dataDir)();
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('does not give back what another holder has taken since', () => {
    const first = lockDataDir(dataDir);
    first();
    const second = lockDataDir(dataDir);
    first();
    expect(() => lockDataDir(dataDir)).toThrow(DataDirInUseError);
    second();
  });

  it('is free again when its holder was killed', async () => {
    const child = contender();
    await child.line('ready');
    child.process.stdin?.write('go\n');
    expect(await child.line('done')).toBe('done: won');
    expect(() => lockDataDir(dataDir)).toThrow(DataDirInUseError);
    await child.kill();
    lockDataDir(dataDir)();
  });

  it('is not fooled by a living process that got the number of the dead holder', async () => {
    await writeFile(
      join(dataDir, 'branchline.lock'),
      JSON.stringify({ id: 'dead', pid: process.pid, start: 'another time' }),
    );
    const release = lockDataDir(dataDir);
    const { pid, id } = JSON.parse(
      await readFile(join(dataDir, 'branchline.lock'), 'utf8'),
    ) as Record<string, unknown>;
    expect({ pid, isNew: id !== 'dead' }).toEqual({ pid: process.pid, isNew: true });
    release();
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('follows heirs that died before they had replaced the lock', async () => {
    const dead = (id: string): string => JSON.stringify({ id, pid: 2 ** 30, start: 'long ago' });
    await writeFile(join(dataDir, 'branchline.lock'), dead('a'));
    await writeFile(join(dataDir, 'branchline.lock.after-a'), dead('b'));
    const release = lockDataDir(dataDir);
    expect(await readdir(dataDir)).toEqual(['branchline.lock']);
    release();
  });

  it('is taken over by one alone, however many see that the holder is dead', async () => {
    await writeFile(join(dataDir, 'branchline.lock'), 'rubbish of a full disk');
    const all = Array.from({ length: 6 }, contender);
    await Promise.all(all.map((child) => child.line('ready')));
    for (const child of all) child.process.stdin?.write('go\n');
    const outcomes = await Promise.all(all.map((child) => child.line('done')));
    expect(outcomes.toSorted()).toEqual([
      ...Array.from({ length: 5 }, () => 'done: DataDirInUseError'),
      'done: won',
    ]);
  });
});
