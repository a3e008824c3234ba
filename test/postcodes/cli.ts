import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { vi } from 'vitest';
import { projectRoot } from '../../src/platform/project-root.js';
import { addPostcodeCommands } from '../../src/postcodes/postcode-commands.js';
import type { TestDatabase } from '../support/test-database.js';

export interface CommandEnd {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly out: string;
  /** In this process: the message of the fault that was thrown. */
  readonly err: string;
}

export interface RunningCommand {
  readonly process: ChildProcess;
  readonly ended: Promise<CommandEnd>;
}

type Environment = Readonly<Record<string, string>>;

const environmentOf = (database: TestDatabase, more: Environment): Environment => ({
  DATABASE_OWNER_URL: database.ownerUrl,
  DATABASE_URL: '',
  ...more,
});

/** Starts an operator's command of the built output (`npm test` builds first). */
export function startCommand(
  database: TestDatabase,
  args: readonly string[],
  environment: Environment = {},
): RunningCommand {
  const cli = join(projectRoot, 'dist', 'src', 'cli.js');
  const child = spawn(process.execPath, [cli, 'postcodes', ...args], {
    env: { ...process.env, ...environmentOf(database, environment) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]).then(
    ([[code], out, err]) => ({ code: code as number | null, out, err }),
  );
  return { process: child, ended };
}

/** Runs a command in this process: a second less for each. */
export async function runCommand(
  database: TestDatabase,
  args: readonly string[],
  environment: Environment = {},
): Promise<CommandEnd> {
  const lines: string[] = [];
  const program = new Command()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  addPostcodeCommands(program, (line) => lines.push(line));
  const settings = Object.entries(environmentOf(database, environment));
  for (const [name, value] of settings) vi.stubEnv(name, value);
  const screen = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const fault = await program
    .parseAsync(['postcodes', ...args], { from: 'user' })
    .then(() => undefined)
    .catch((error: unknown) => error as Error);
  screen.mockRestore();
  vi.unstubAllEnvs();
  const out = lines.map((line) => `${line}\n`).join('');
  return { code: fault === undefined ? 0 : 1, out, err: fault?.message ?? '' };
}
