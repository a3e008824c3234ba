import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { projectRoot } from '../../src/platform/project-root.js';
import { unusedPort } from '../support/unused-port.js';

const { PATH = '', HOME = '' } = process.env;

let dataDir: string;
let port: number;
let server: ChildProcess;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'branchline-npm-start-'));
  port = await unusedPort();
  server = await start();
});
afterAll(async () => {
  await end('SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
});

/** `npm start` after its build. */
async function start(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(projectRoot, 'dist/src/dev.js')], {
    cwd: projectRoot,
    env: { PATH, HOME, PORT: String(port), DATA_DIR: dataDir },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await vi.waitFor(
    async () => {
      expect(child.exitCode).toBeNull();
      expect((await fetch(`http://localhost:${port}/health/ready`)).status).toBe(200);
    },
    { timeout: 55_000, interval: 200 },
  );
  return child;
}

async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill(signal);
  await once(server, 'exit');
}

const cli = (...words: string[]) =>
  promisify(execFile)(process.execPath, [join(projectRoot, 'dist/src/cli.js'), ...words], {
    env: { PATH, HOME, DATA_DIR: dataDir },
  });

async function call(method: string, path: string, body?: object, headers: object = {}) {
  const answer = await fetch(`http://localhost:${port}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

describe('npm start', () => {
  it('tells the commands of its folder where the database is, and nobody else', async () => {
    expect((await cli('postcodes', 'list')).stdout).toContain('None has been imported');
    expect((await stat(join(dataDir, 'owner-url'))).mode & 0o777).toBe(0o600);
  });

  it('takes up where it was when it was killed, with what organisers have changed', async () => {
    const { body: session } = await call('POST', '/v1/admin/sessions', {
      email: 'national@example.org',
      password: 'organise-together',
    });
    const authorization = { authorization: `Bearer ${String(session['token'])}` };
    const { body: page } = await call(
      'GET',
      '/v1/admin/branches?limit=200',
      undefined,
      authorization,
    );
    const branches = page['data'] as { id: string; slug: string; version: number }[];
    const change = async (slug: string, changes: object) => {
      const branch = branches.find((one) => one.slug === slug);
      const { status } = await call('PATCH', `/v1/admin/branches/${branch?.id}`, changes, {
        ...authorization,
        'if-match': `"${branch?.version}"`,
      });
      expect(status).toBe(200);
    };
    await change('leeds', { meets: 'Fridays, 8 pm' });
    await change('derby', { closedAt: new Date().toISOString() });

    await end('SIGKILL');
    server = await start();

    expect((await call('GET', '/v1/branches/leeds')).body).toMatchObject({
      meets: 'Fridays, 8 pm',
    });
    expect((await call('GET', '/v1/branches/derby')).status).toBe(404);
  });

  it('leaves no login behind when it ends', async () => {
    await end('SIGTERM');
    await expect(stat(join(dataDir, 'owner-url'))).rejects.toThrow('ENOENT');
    await expect(cli('postcodes', 'list')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('DATABASE_OWNER_URL is missing'),
    });
  });
});
