import type { ChildProcess } from 'node:child_process';

/** Kills a child when this process ends, however that comes about. */
export function endWithUs(child: ChildProcess): void {
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.removeListener('exit', end));
}
