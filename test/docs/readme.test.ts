import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { projectRoot } from '../../src/platform/project-root.js';
import { blocksOf, readDocument } from './markdown.js';

const run = promisify(execFile);
const README = readDocument('README.md');
const blocks = blocksOf(README, 'sh');

interface Message {
  to: string;
  subject: string;
}

/** `npm start` after its build, as README has it, on a port and a data folder of its own. */
describe('the commands of README.md', () => {
  let server: ChildProcess;
  let dataDir: string;
  let url: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'branchline-readme-'));
    const port = await freePort();
    url = `http://localhost:${port}`;
    const { PATH = '', HOME = '' } = process.env;
    server = spawn(process.execPath, [join(projectRoot, 'dist', 'src', 'dev.js')], {
      cwd: projectRoot,
      env: { PATH, HOME, PORT: String(port), DATA_DIR: dataDir },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await vi.waitFor(
      async () => {
        expect(server.exitCode).toBeNull();
        expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      },
      { timeout: 55_000, interval: 200 },
    );
  });
  afterAll(async () => {
    if (server.exitCode === null) {
      server.kill('SIGTERM');
      await once(server, 'exit');
    }
    await rm(dataDir, { recursive: true, force: true });
  });

  it('post a join that is answered with 201, and its follow-ups appear where it says', async () => {
    const answer = await shell(blockWith('/v1/join'));
    expect(answer).toMatch(/^HTTP\/1\.1 201 Created/);
    expect(answer).toContain('M14 belongs to Manchester South');

    const looks = blockWith('/dev/messages').trim().split('\n');
    expect(looks).toHaveLength(2);
    for (const look of looks) {
      const to = /to=([^']+)/.exec(look)?.[1];
      await vi.waitFor(async () => {
        const messages = JSON.parse(await shell(look)) as Message[];
        expect(messages.map((message) => message.to)).toEqual([to]);
      }, 15_000);
    }
  });

  it('sign an organiser in, who sees the join', async () => {
    const page = JSON.parse(await shell(blockWith('/v1/admin/sessions'))) as { data: object[] };
    expect(page.data[0]).toMatchObject({ givenName: 'Sam', state: 'received' });
  });

  it('name the pages that are there', async () => {
    const pages = [...README.matchAll(/<http:\/\/localhost:3000(\/[^>]*)>/g)].map(
      ([, path]) => path,
    );
    expect(pages).toEqual(expect.arrayContaining(['/dev/mailbox', '/join', '/docs']));
    for (const path of pages) expect((await fetch(url + path)).status).toBe(200);
  });

  it('are scripts of package.json where they are npm’s', () => {
    const { scripts } = JSON.parse(readDocument('package.json')) as { scripts: object };
    const named = [...README.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(1);
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
  });

  async function shell(block: string): Promise<string> {
    const command = block.replaceAll('http://localhost:3000', url);
    return (await run('sh', ['-c', command])).stdout;
  }
});

/** The one block that holds this text. */
function blockWith(text: string): string {
  const found = blocks.filter((block) => block.includes(text));
  if (found[0] === undefined) throw new Error(`README.md has no command with “${text}”.`);
  return found[0];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
