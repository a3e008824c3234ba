import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../src/platform/project-root.js';
import type { CrashPoint, PlannedCrash } from './faults.js';
import { until } from './until.js';

/** How much of what a process said is kept, in lines. */
const LAST_LINES = 40;
const CRASH_POINTS = 'dist/test/faults/preload/crash-points.js';

/** However the harness itself ends, nothing of it stays behind. */
const living = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

export interface ProcessPlan {
  /** As reports name it: `api-0`, `worker-1`. */
  readonly name: string;
  /** Path below the project, of the built output. */
  readonly script: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Modules to be loaded first, below the project. */
  readonly preloads: readonly string[];
  /** Where it kills itself: one after another, each once; when there is none left, it lives. */
  readonly crashes: readonly PlannedCrash[];
  readonly url: string;
  /** Told of each death by a crash point. */
  readonly onCrash: (point: CrashPoint) => void;
}

/** A real process of the built output, started again at once whenever it ends, as systemd would. */
export class SupervisedProcess {
  /** Ends that the harness did not cause, with the last words. */
  readonly unexpectedExits: string[] = [];
  readonly lastWords: string[] = [];
  private child: ChildProcess | undefined;
  private readonly crashes: PlannedCrash[];
  private killed = false;
  private closing = false;
  private ended: Promise<unknown> = Promise.resolve();

  constructor(private readonly plan: ProcessPlan) {
    this.crashes = [...plan.crashes];
  }

  get name(): string {
    return this.plan.name;
  }

  get url(): string {
    return this.plan.url;
  }

  start(): void {
    const [crash] = this.crashes;
    this.killed = false;
    const child = this.spawn(crash);
    this.child = child;
    living.add(child);
    this.ended = once(child, 'exit').then(([code, signal]: unknown[]) => {
      living.delete(child);
      if (this.closing) return;
      if (signal === 'SIGKILL' && !this.killed && crash !== undefined) {
        this.crashes.shift();
        this.plan.onCrash(crash.point);
      } else if (!this.killed) {
        const how = String(code ?? signal);
        this.unexpectedExits.push(`${this.name} ended by itself (${how})`);
        // A process that cannot start would otherwise be started a thousand times.
        if (this.unexpectedExits.length > 3) return;
      }
      this.start();
    });
  }

  async isReady(): Promise<boolean> {
    try {
      const answer = await fetch(`${this.url}/health/ready`, {
        signal: AbortSignal.timeout(5_000),
      });
      await answer.arrayBuffer();
      return answer.status === 200;
    } catch {
      return false;
    }
  }

  /** @throws Error with the last words, when it is not ready in time. */
  async ready(milliseconds: number): Promise<void> {
    const settled = async () => this.unexpectedExits.length > 0 || (await this.isReady());
    if ((await until(settled, milliseconds)) && this.unexpectedExits.length === 0) return;
    throw new Error(
      [`${this.name} is not ready`, ...this.unexpectedExits, ...this.lastWords].join('\n'),
    );
  }

  /** `SIGKILL`: nothing is finished, nobody is told. @returns whether there was something to kill. */
  kill(): boolean {
    if (this.killed || this.child?.kill('SIGKILL') !== true) return false;
    this.killed = true;
    return true;
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    this.closing = true;
    this.child?.kill('SIGKILL');
    await this.ended;
  }

  private spawn(crash: PlannedCrash | undefined): ChildProcess {
    const { script, environment, preloads } = this.plan;
    const { PATH = '', HOME = '' } = process.env;
    const loaded = crash === undefined ? preloads : [...preloads, CRASH_POINTS];
    const child = spawn(
      process.execPath,
      [
        ...loaded.flatMap((path) => ['--import', pathToFileURL(join(projectRoot, path)).href]),
        join(projectRoot, script),
      ],
      {
        cwd: projectRoot,
        env: {
          PATH,
          HOME,
          ...environment,
          ...(crash === undefined ? {} : { FAULTS_CRASH: `${crash.point}:${crash.nth}` }),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.lastWords.push(...text.split('\n').filter((line) => line !== ''));
        this.lastWords.splice(0, this.lastWords.length - LAST_LINES);
      });
    }
    return child;
  }
}
