import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ServerProcess } from './server-process.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'branchline-fuzz-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function run(code: string): Promise<ServerProcess> {
  const script = join(folder, 'server.mjs');
  await writeFile(script, code);
  return new ServerProcess('api', 1, { script, environment: {} });
}
const STAYS = 'setInterval(() => {}, 1000);';

describe('a process under test', () => {
  it.each([
    [
      'a line of level error',
      `console.log('{"level":"error","msg":"no"}')`,
      'api logged {"level":"error"',
    ],
    [
      'a line of level fatal',
      `console.log('{"level":"fatal","msg":"no"}')`,
      'api logged {"level":"fatal"',
    ],
    ['a line that is no event', `console.log('hello')`, 'api logged no JSON: hello'],
    ['a warning of the runtime', `process.emitWarning('too many')`, 'too many'],
  ])('has a fault with %s', async (_name, code, fault) => {
    const server = await run(`${code}; ${STAYS}`);
    await vi.waitFor(() => expect(server.faults.join()).toContain(fault));
    await server.stop();
  });

  it('has a fault when it ends by itself', async () => {
    const server = await run('process.exitCode = 3');
    await vi.waitFor(() => expect(server.faults).toEqual(['api ended by itself (3)']));
    expect(server.isRunning).toBe(false);
  });

  it('has none when it logs what it should, and ends when told to', async () => {
    const server = await run(`console.log('{"level":"warn","msg":"error"}'); ${STAYS}`);
    await vi.waitFor(async () => expect(await server.residentMebibytes()).toBeGreaterThan(1));
    await server.stop();
    expect(server.faults).toEqual([]);
  });
});
