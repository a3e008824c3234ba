import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { endWithUs } from './end-with-us.js';
import { projectRoot } from '../src/platform/project-root.js';

const READY_MILLISECONDS = 60_000;
const LAST_LINES = 20;

/** A program under measurement, in a process of its own. */
export interface ChildProgram {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  /** Asks it to end, and waits until it has. */
  stop(): Promise<void>;
}

/**
 * Starts a program of the built output and waits until `readyPath` answers 200, or without one
 * until it takes connections. It is given nothing of the environment but what is named, so that no
 * setting of the caller's shell gets measured.
 *
 * @param environment gets the free port under the name `portSetting`.
 * @throws Error with the last words, when it ends or does not become ready.
 */
export async function startProgram(plan: {
  name: string;
  script: string;
  environment: Readonly<Record<string, string>>;
  portSetting?: string;
  readyPath?: string;
  /** Options of Node itself, such as `--cpu-prof`. */
  nodeOptions?: readonly string[];
}): Promise<ChildProgram> {
  const port = await freePort();
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(
    process.execPath,
    [...(plan.nodeOptions ?? []), ...ownOptions(plan.script), join(projectRoot, plan.script)],
    {
      cwd: projectRoot,
      env: { PATH, HOME, ...plan.environment, [plan.portSetting ?? 'PORT']: String(port) },
      // Its log goes where a log of no interest goes; writing it is part of the work.
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const words: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words.push(...text.split('\n').filter((line) => line !== ''));
    words.splice(0, words.length - LAST_LINES);
  });
  endWithUs(child);
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  const { readyPath } = plan;
  const ready = readyPath === undefined ? () => takes(port) : () => answers(`${url}${readyPath}`);
  await untilReady(plan.name, child, ready, words);
  return {
    name: plan.name,
    pid: child.pid ?? 0,
    url,
    stop: async () => {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 30_000);
      await ended;
      clearTimeout(late);
    },
  };
}

/** The options of Node with which the package's own scripts start a program; of ours, none. */
function ownOptions(script: string): string[] {
  const { scripts } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const commands = Object.values(scripts).map((command) => command.split(' '));
  const [, ...words] = commands.find((one) => one[0] === 'node' && one.at(-1) === script) ?? [];
  return words.slice(0, -1);
}

/**
 * Runs a program of the built output to its end.
 *
 * @returns what it printed.
 * @throws Error with its last words, when it fails.
 */
export async function runToEnd(
  script: string,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const { PATH = '', HOME = '' } = process.env;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--enable-source-maps', join(projectRoot, script)],
    { cwd: projectRoot, env: { PATH, HOME, ...environment } },
  );
  return stdout;
}

async function untilReady(
  name: string,
  child: ChildProcess,
  ready: () => Promise<boolean>,
  words: readonly string[],
): Promise<void> {
  const deadline = Date.now() + READY_MILLISECONDS;
  while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
    if (await ready()) return;
    await pause(100);
  }
  child.kill('SIGKILL');
  throw new Error(`${name} did not become ready.\n${words.join('\n')}`);
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(url).catch(() => undefined);
  await answer?.arrayBuffer();
  return answer?.status === 200;
}

function takes(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
