/**
 * Boots the built output as `npm start` does, on an empty data folder and free ports, and takes one
 * join through it: ready, posted, two messages out, stopped by SIGTERM with exit code 0.
 *
 * Tests run the sources; this runs what is shipped. Circular imports of entities, for instance, only
 * crash here.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const READY_SECONDS = 60;
const MESSAGES_SECONDS = 30;
const STOP_SECONDS = 15;

const root = fileURLToPath(new URL('../', import.meta.url));

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** Asks until `ask` answers something, or fails with the last reason after `seconds`. */
async function until(what, seconds, ask) {
  const deadline = Date.now() + seconds * 1000;
  let reason = 'no answer';
  while (Date.now() < deadline) {
    try {
      const answer = await ask((why) => (reason = why));
      if (answer !== undefined) return answer;
    } catch (error) {
      if (error instanceof Stopped) throw error;
      reason = String(error.cause ?? error);
    }
    await pause(100);
  }
  throw new Error(`${what}: not within ${seconds} s (${reason})`);
}

class Stopped extends Error {}

const dataDir = await mkdtemp(join(tmpdir(), 'branchline-boot-'));
const [port, workerPort] = await freePorts(2);
const base = `http://127.0.0.1:${port}`;
const environment = { ...process.env, DATA_DIR: dataDir, PORT: port, WORKER_PORT: workerPort };
for (const name of ['NODE_ENV', 'DATABASE_URL', 'QUEUE_URL', 'SMTP_URL', 'PUBLIC_URL']) {
  delete environment[name];
}

const output = [];
const child = spawn(process.execPath, ['--enable-source-maps', 'dist/src/dev.js'], {
  cwd: root,
  env: environment,
  stdio: ['ignore', 'pipe', 'pipe'],
});
for (const stream of [child.stdout, child.stderr]) {
  stream.setEncoding('utf8').on('data', (text) => output.push(text));
}
const ended = once(child, 'exit');
const alive = () => {
  if (child.exitCode === null && child.signalCode === null) return;
  throw new Stopped(`the process ended by itself (${child.exitCode ?? child.signalCode})`);
};

try {
  await until('GET /health/ready', READY_SECONDS, async (because) => {
    alive();
    const answer = await fetch(`${base}/health/ready`);
    if (answer.status === 200) return true;
    because(`status ${answer.status}`);
    return undefined;
  });

  const joined = await fetch(`${base}/v1/join`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({
      givenName: 'Boot',
      familyName: 'Check',
      email: 'boot-check@example.org',
      postcode: 'M14 5RX',
      consent: { privacyNotice: '2026-11', email: true },
    }),
  });
  if (joined.status !== 201) {
    throw new Error(`POST /v1/join: status ${joined.status}\n${await joined.text()}`);
  }

  await until('two messages at /dev/messages', MESSAGES_SECONDS, async (because) => {
    alive();
    const answer = await fetch(`${base}/dev/messages`);
    const messages = await answer.json();
    because(`status ${answer.status}, ${messages.length} messages`);
    return answer.status === 200 && messages.length >= 2 ? true : undefined;
  });

  child.kill('SIGTERM');
  const late = AbortSignal.timeout(STOP_SECONDS * 1000);
  const gone = once(late, 'abort').then(() => {
    throw new Error(`SIGTERM: still running after ${STOP_SECONDS} s`);
  });
  const [code, signal] = await Promise.race([ended, gone]);
  if (code !== 0) throw new Error(`SIGTERM: ended with ${code ?? signal} instead of 0`);
  console.log('boot: ready, one join, two messages, stopped cleanly');
} catch (error) {
  console.error(output.join('').split('\n').slice(-60).join('\n'));
  console.error(`boot: ${error.message}`);
  process.exitCode = 1;
} finally {
  if (child.exitCode === null && child.signalCode === null) {
    // Asked first: killed at once, it would leave its database server behind.
    child.kill('SIGTERM');
    await Promise.race([ended, pause(5000)]);
    child.kill('SIGKILL');
    await ended;
  }
  await rm(dataDir, { recursive: true, force: true });
}
// The timer of a deadline that was kept may still be set.
process.exit();
