import { Injectable } from '@nestjs/common';

/** Resolves when the thing can be used; rejects, or never resolves, when it cannot. */
export type ReadinessCheck = () => Promise<void>;

const CHECK_TIMEOUT_MS = 2_000;

/**
 * What has to work before this process may be given requests. Parts of the application register
 * their checks at start; shutting down makes it not ready at once, so that a load balancer sends
 * requests elsewhere while the running ones finish.
 */
@Injectable()
export class Readiness {
  private readonly checks = new Map<string, ReadinessCheck>();
  private leaving = false;

  /** @param name what the answer calls it: `database`, `queue`. */
  register(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  /** From now on this process says that it is not ready. */
  beginShutdown(): void {
    this.leaving = true;
  }

  /** Whether the process has begun to shut down. */
  get shuttingDown(): boolean {
    return this.leaving;
  }

  /** The names of what is not ready, `shutdown` among them; empty when all is well. */
  async failures(): Promise<string[]> {
    if (this.leaving) return ['shutdown'];
    const results = await Promise.all(
      [...this.checks].map(async ([name, check]) => ((await succeeds(check)) ? [] : [name])),
    );
    return results.flat().sort();
  }
}

async function succeeds(check: ReadinessCheck): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), CHECK_TIMEOUT_MS);
  });
  const outcome = (async () => check())().then(
    () => true,
    () => false,
  );
  const result = await Promise.race([outcome, late]);
  clearTimeout(timer);
  return result;
}
