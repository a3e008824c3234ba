import type { ApiDescription } from './api-description.js';
import type { FuzzRequest } from './draft.js';
import type { Outcome } from './wire.js';

/** A request that takes longer than this under load is worth a look. */
const SLOW_MILLISECONDS = 1000;
const SLOWEST_KEPT = 10;

interface OperationTally {
  requests: number;
  /** Answers of 2xx, and 303 where that is the success. */
  succeeded: number;
  milliseconds: number;
  longest: number;
  slow: number;
}

interface SlowRequest {
  readonly operation: string;
  readonly index: number;
  readonly milliseconds: number;
  readonly mutations: readonly string[];
}

/** Counts what was sent and what came of it. */
export class Tally {
  requests = 0;
  readonly byStatus = new Map<number, number>();
  readonly byOperation = new Map<string, OperationTally>();
  readonly byMutation = new Map<string, number>();
  slowest: SlowRequest[] = [];
  /** Requests that were not HTTP any more and were hung up on. */
  unanswered = 0;

  constructor(api: ApiDescription) {
    for (const { name } of api.operations) {
      this.byOperation.set(name, {
        requests: 0,
        succeeded: 0,
        milliseconds: 0,
        longest: 0,
        slow: 0,
      });
    }
  }

  count(request: FuzzRequest, { answers, milliseconds }: Outcome): void {
    this.requests += 1;
    for (const done of request.mutations) {
      this.byMutation.set(done, (this.byMutation.get(done) ?? 0) + 1);
    }
    if (answers.length === 0) this.unanswered += 1;
    for (const { status } of answers) {
      this.byStatus.set(status, (this.byStatus.get(status) ?? 0) + 1);
    }
    const tally = this.byOperation.get(request.operation);
    if (tally === undefined) return;
    const status = answers[0]?.status ?? 0;
    tally.requests += 1;
    if ((status >= 200 && status < 300) || status === 303) tally.succeeded += 1;
    tally.milliseconds += milliseconds;
    tally.longest = Math.max(tally.longest, milliseconds);
    if (milliseconds > SLOW_MILLISECONDS) tally.slow += 1;
    const { operation, index, mutations } = request;
    if (milliseconds > (this.slowest.at(SLOWEST_KEPT - 1)?.milliseconds ?? 0)) {
      this.slowest = [...this.slowest, { operation, index, milliseconds, mutations }]
        .sort((one, other) => other.milliseconds - one.milliseconds)
        .slice(0, SLOWEST_KEPT);
    }
  }

  /** The operations that never succeeded, `hidden` ones aside. */
  unreached(api: ApiDescription): string[] {
    return api.operations
      .filter(({ name, hidden }) => !hidden && (this.byOperation.get(name)?.succeeded ?? 0) === 0)
      .map(({ name }) => name);
  }

  /** For people, with `console.table`. */
  operationTable(): Record<string, object> {
    const rows = [...this.byOperation].map(([name, tally]): [string, object] => [
      name,
      {
        requests: tally.requests,
        succeeded: tally.succeeded,
        'share %': Math.round((tally.succeeded / Math.max(1, tally.requests)) * 100),
        'mean ms': Math.round((tally.milliseconds / Math.max(1, tally.requests)) * 10) / 10,
        'longest ms': Math.round(tally.longest),
        'over 1 s': tally.slow,
      },
    ]);
    return Object.fromEntries(rows);
  }
}
