import autocannon from 'autocannon';
import { nextVisitor } from './visitors.js';

/** What one round of load came to. */
export interface LoadFigures {
  readonly perSecond: number;
  /** Milliseconds, of the answered requests. */
  readonly p50: number;
  readonly p99: number;
  readonly answered: number;
  /** Answers that were not of the expected status, and requests without one. */
  readonly failed: number;
}

export interface LoadPlan {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  /** Asked for in turn by each connection. */
  readonly paths: readonly string[];
  readonly headers?: Record<string, string>;
  /** A new body for each request. */
  readonly nextBody?: () => string;
  readonly expectedStatus: number;
  readonly connections: number;
  readonly seconds: number;
}

/**
 * Keeps a number of connections busy for a time, each with one request after another. The
 * percentiles come from every single answer time; autocannon's own are rounded to milliseconds.
 */
export async function load(plan: LoadPlan): Promise<LoadFigures> {
  const { nextBody, method, paths, headers = {} } = plan;
  const times: number[] = [];
  let unexpected = 0;
  const started = performance.now();
  let last = started;
  const options: autocannon.Options = {
    url: plan.url,
    connections: plan.connections,
    duration: plan.seconds,
    requests: paths.map((path) => ({
      method,
      path,
      headers: { ...headers, ...nextVisitor() },
      ...(nextBody !== undefined && {
        setupRequest: (request) => ({
          ...request,
          headers: { ...headers, ...nextVisitor() },
          body: nextBody(),
        }),
      }),
    })),
  };
  const { errors } = await new Promise<autocannon.Result>((resolve, reject) => {
    const instance = autocannon(options, (error: unknown, result) => {
      if (error instanceof Error) reject(error);
      else resolve(result);
    });
    instance.on('response', (_client, status, _bytes, milliseconds) => {
      last = performance.now();
      if (status === plan.expectedStatus) times.push(milliseconds);
      else unexpected += 1;
    });
  });
  times.sort((one, other) => one - other);
  return {
    perSecond: (times.length * 1000) / (last - started),
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    answered: times.length,
    failed: unexpected + errors,
  };
}

/** Of numbers in ascending order; NaN of none. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The middle one; of an even number the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  const pair = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return ((pair[0] ?? Number.NaN) + (pair[1] ?? Number.NaN)) / 2;
}
