import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Another process of ours, run from the built output, that a test may kill. */
export interface Child {
  process: ChildProcess;
  /** Lines of its standard output so far. */
  lines: string[];
  /** Resolves with the first line that starts so; rejects when the process ends before. */
  line(start: string): Promise<string>;
  /** SIGKILL, and wait for the end. */
  kill(): Promise<void>;
}

/**
 * Runs a piece of JavaScript that may import from `dist/src` (`npm test` builds first).
 *
 * @param code module text; `$DIST/` in it stands for the URL of `dist/src/`
 */
export function runChild(code: string): Child {
  const dist = new URL('../../dist/src/', import.meta.url).href;
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', code.replaceAll('$DIST/', dist)],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
    },
  );
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout });
  output.on('line', (line) => lines.push(line));
  return {
    process: child,
    lines,
    line: (start) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.find((line) => line.startsWith(start));
          if (found !== undefined) resolve(found);
        };
        output.on('line', look);
        output.on('close', () => reject(new Error(`It ended without saying “${start}”.`)));
        look();
      }),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
