import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { resolve } from 'node:path';
import { endWithUs } from '../../bench/end-with-us.js';
import { projectRoot } from '../../src/platform/project-root.js';

const READY_MILLISECONDS = 60_000;
const STOP_MILLISECONDS = 30_000;

/** A process under test: its end and whatever it says of errors are faults. */
export class ServerProcess {
  /** What it did that it must not do. */
  readonly faults: string[] = [];
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;
  private pending = '';
  private stopping = false;

  constructor(
    readonly name: string,
    readonly port: number,
    plan: { script: string; environment: Readonly<Record<string, string>> },
  ) {
    const { PATH = '', HOME = '' } = process.env;
    this.child = spawn(
      process.execPath,
      ['--enable-source-maps', resolve(projectRoot, plan.script)],
      {
        cwd: projectRoot,
        env: { PATH, HOME, ...plan.environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    endWithUs(this.child);
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => this.read(text));
    // The log goes to standard output: what comes here is a crash, or a warning of the runtime.
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.faults.push(`${name} said: ${text}`);
    });
    this.ended = once(this.child, 'exit').then(([code, signal]: unknown[]) => {
      if (!this.stopping) this.faults.push(`${name} ended by itself (${String(code ?? signal)})`);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** @throws Error with what it said, when it does not become ready. */
  async ready(): Promise<void> {
    const deadline = Date.now() + READY_MILLISECONDS;
    while (Date.now() < deadline && this.isRunning) {
      const answer = await fetch(`${this.url}/health/ready`).catch(() => undefined);
      await answer?.arrayBuffer();
      if (answer?.status === 200) return;
      await pause(50);
    }
    throw new Error(`${this.name} did not become ready.\n${this.faults.join('\n')}`);
  }

  /** Resident memory in MiB; undefined where the system does not tell. */
  async residentMebibytes(): Promise<number | undefined> {
    const status = await readFile(`/proc/${this.child.pid}/status`, 'utf8').catch(() => '');
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) / 1024;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    if (!this.isRunning) return;
    this.child.kill('SIGTERM');
    const late = setTimeout(() => {
      this.faults.push(`${this.name} did not end when told to`);
      this.child.kill('SIGKILL');
    }, STOP_MILLISECONDS);
    await this.ended;
    clearTimeout(late);
  }

  private read(text: string): void {
    const lines = (this.pending + text).split('\n');
    this.pending = lines.pop() ?? '';
    for (const line of lines) {
      // One line, one event: whatever somebody sends, no line is theirs.
      if (!line.startsWith('{"level":"') || !line.endsWith('}')) {
        this.faults.push(`${this.name} logged no JSON: ${line.slice(0, 500)}`);
      } else if (/^\{"level":"(?:error|fatal)"/.test(line)) {
        this.faults.push(`${this.name} logged ${line.slice(0, 2000)}`);
      }
    }
  }
}
