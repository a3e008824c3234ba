import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { projectRoot } from '../../src/platform/project-root.js';

/** How much of what a process said is kept, in lines. */
const LAST_LINES = 20;

export interface ProcessPlan {
  /** As reports name it: `api`, `worker`. */
  readonly name: string;
  /** Path below the project, of the built output. */
  readonly script: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Answers 200 when the process is ready. */
  readonly readyUrl: string;
}

/** A real process of the built output, started again at once whenever it ends, as systemd would. */
export class SupervisedProcess {
  /** Ends that the harness did not cause, with the last words. */
  readonly unexpectedExits: string[] = [];
  kills = 0;
  private child: ChildProcess | undefined;
  private closing = false;
  private ended: Promise<unknown> = Promise.resolve();

  constructor(private readonly plan: ProcessPlan) {}

  start(): void {
    const { name, script, environment } = this.plan;
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, [join(projectRoot, script)], {
      cwd: projectRoot,
      env: { PATH, HOME, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const words: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        words.push(...text.split('\n').filter((line) => line !== ''));
        words.splice(0, words.length - LAST_LINES);
      });
    }
    this.child = child;
    this.ended = once(child, 'exit').then(([code, signal]: unknown[]) => {
      if (this.closing) return;
      if (signal !== 'SIGKILL') {
        this.unexpectedExits.push(
          `${name} ended by itself (${String(code ?? signal)}): ${words.join('\n')}`,
        );
        // A process that cannot start would otherwise be started a thousand times.
        if (this.unexpectedExits.length > 3) return;
      }
      this.start();
    });
  }

  /** @throws Error with the last words, when it is not ready in time. */
  async ready(milliseconds: number): Promise<void> {
    const deadline = Date.now() + milliseconds;
    while (Date.now() < deadline && this.unexpectedExits.length === 0) {
      const answer = await fetch(this.plan.readyUrl).catch(() => undefined);
      await answer?.arrayBuffer();
      if (answer?.status === 200) return;
      await pause(50);
    }
    throw new Error(
      `${this.plan.name} is not ready within ${milliseconds} ms. ${this.unexpectedExits.join('\n')}`,
    );
  }

  /** `SIGKILL`: nothing is finished, nobody is told. */
  kill(): void {
    if (this.child?.kill('SIGKILL') === true) this.kills += 1;
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    this.closing = true;
    this.child?.kill('SIGKILL');
    await this.ended;
  }
}
