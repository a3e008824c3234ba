import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../src/platform/project-root.js';
import type { Life, Span } from './book.js';
import type { CrashPoint, PlannedCrash } from './faults.js';
import { until } from './until.js';

/** How much of what a process said is kept, in lines. */
const LAST_LINES = 40;
const CRASH_POINTS = 'dist/test/faults/preload/crash-points.js';
/** How long a process that comes up is asked whether it is there. */
const START_MILLISECONDS = 600_000;

/** So often a process may end by itself before it is not started again. */
const MOST_ENDS = 4;

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
  /** Its environment, of one life by its name. */
  readonly environment: (life: string) => Readonly<Record<string, string>>;
  /** Modules to be loaded first, below the project. */
  readonly preloads: readonly string[];
  /** Where it kills itself: one after another, each once; when there is none left, it lives. */
  readonly crashes: readonly PlannedCrash[];
  readonly url: string;
  /** Told of each death by a crash point. */
  readonly onCrash: (point: CrashPoint) => void;
}

interface RunningLife extends Life {
  answeringAt: number | undefined;
  endedAt: number | undefined;
  killed: boolean;
  endedWith: string | undefined;
  frozen: Span[];
}

/** A real process of the built output, started again at once whenever it ends, as systemd would. */
export class SupervisedProcess {
  readonly lastWords: string[] = [];
  private readonly begun: RunningLife[] = [];
  private child: ChildProcess | undefined;
  private readonly crashes: PlannedCrash[];
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

  /** One after another; the last one goes on. */
  get lives(): readonly Life[] {
    return this.begun;
  }

  /** Whether it still has to die at a point that it has not come to. */
  get hasToDie(): boolean {
    return this.crashes.length > 0;
  }

  /** Whether it has come up, and has not been seen to end. */
  get isUp(): boolean {
    const life = this.begun.at(-1);
    return life?.answeringAt !== undefined && life.endedAt === undefined;
  }

  start(): void {
    const [crash] = this.crashes;
    const life: RunningLife = {
      process: this.name,
      name: `${this.name}.${this.begun.length + 1}`,
      begunAt: Date.now(),
      answeringAt: undefined,
      endedAt: undefined,
      killed: false,
      endedWith: undefined,
      frozen: [],
    };
    this.begun.push(life);
    const child = this.spawn(life.name, crash);
    this.child = child;
    living.add(child);
    void this.noteAnswering(life);
    this.ended = once(child, 'exit').then(([code, signal]: unknown[]) => {
      living.delete(child);
      if (this.closing) return;
      life.endedAt ??= Date.now();
      if (signal === 'SIGKILL' && !life.killed && crash !== undefined) {
        this.crashes.shift();
        this.plan.onCrash(crash.point);
      } else if (!life.killed) {
        life.endedWith = String(code ?? signal);
        // A process that cannot start would otherwise be started a thousand times.
        if (this.hasGivenUp) return;
      }
      this.start();
    });
  }

  async isReady(): Promise<boolean> {
    return (await this.statusOf('/health/ready')) === 200;
  }

  /** @throws Error with the last words, when it is not ready in time. */
  async ready(milliseconds: number): Promise<void> {
    const settled = async () => this.hasGivenUp || (await this.isReady());
    if ((await until(settled, milliseconds)) && !this.hasGivenUp) return;
    throw new Error([`${this.name} is not ready`, ...this.lastWords].join('\n'));
  }

  /**
   * `SIGKILL`: nothing is finished, nobody is told.
   *
   * @returns whether there was one to kill: one that is still coming up has nothing to lose.
   */
  kill(): boolean {
    const life = this.begun.at(-1);
    if (life === undefined || !this.isUp) return false;
    const killedAt = Date.now();
    if (this.child?.kill('SIGKILL') !== true) return false;
    life.endedAt = killedAt;
    life.killed = true;
    return true;
  }

  /** Stops it where it stands, as a machine that swaps would, until `thaw`. */
  freeze(): void {
    this.begun.at(-1)?.frozen.push({ from: Date.now(), to: Infinity });
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
    const frozen = this.begun.at(-1)?.frozen ?? [];
    const since = frozen.pop()?.from;
    if (since !== undefined) frozen.push({ from: since, to: Date.now() });
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    this.closing = true;
    this.child?.kill('SIGKILL');
    await this.ended;
  }

  private get hasGivenUp(): boolean {
    return this.begun.filter(({ endedWith }) => endedWith !== undefined).length >= MOST_ENDS;
  }

  private async noteAnswering(life: RunningLife): Promise<void> {
    await until(async () => {
      if (life.endedAt !== undefined || this.closing) return true;
      if ((await this.statusOf('/health/live')) === undefined) return false;
      // One that has ended meanwhile may have been answered for by the next.
      if (life.endedAt === undefined) life.answeringAt = Date.now();
      return true;
    }, START_MILLISECONDS);
  }

  /** Undefined where nobody answers. */
  private async statusOf(path: string): Promise<number | undefined> {
    try {
      const answer = await fetch(`${this.url}${path}`, { signal: AbortSignal.timeout(5_000) });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return undefined;
    }
  }

  private spawn(life: string, crash: PlannedCrash | undefined): ChildProcess {
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
          ...environment(life),
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
