import type { Histogram } from 'prom-client';
import type { Metrics } from '../metrics/metrics.js';

/** Upper bounds of the buckets, in seconds: a lookup takes less than a millisecond, a join a few. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const LABELS = ['method', 'route', 'status'] as const;
/** Of one kind of answer; more are not kept until somebody asks. */
const MOST_WAITING = 1_000;

interface Waiting {
  readonly labels: Readonly<Record<(typeof LABELS)[number], string | number>>;
  readonly seconds: number[];
}

/**
 * How long requests take. The histogram is told of many at a time, whenever it is read: one by one,
 * the telling took a tenth of the time of a lookup.
 */
export class RequestDurations {
  /** By route, method and status: a key put together from them costs more than to look three times. */
  private readonly waiting = new Map<string, Map<string, Map<number, Waiting>>>();
  private readonly histogram: Histogram<(typeof LABELS)[number]>;

  constructor(metrics: Metrics) {
    this.histogram = metrics.histogram(
      'branchline_http_request_duration_seconds',
      'Time from a request’s arrival to the end of its answer',
      LABELS,
      { buckets: BUCKETS, collect: () => this.tellAll() },
    );
  }

  note(method: string, route: string, status: number, milliseconds: number): void {
    const ofRoute = entry(this.waiting, route, () => new Map<string, Map<number, Waiting>>());
    const ofMethod = entry(ofRoute, method, () => new Map<number, Waiting>());
    const waiting = entry(ofMethod, status, () => ({
      labels: { method, route, status },
      seconds: [],
    }));
    waiting.seconds.push(milliseconds / 1000);
    if (waiting.seconds.length >= MOST_WAITING) this.tell(waiting);
  }

  private tellAll(): void {
    for (const ofRoute of this.waiting.values()) {
      for (const ofMethod of ofRoute.values()) {
        for (const waiting of ofMethod.values()) this.tell(waiting);
      }
    }
  }

  private tell({ labels, seconds }: Waiting): void {
    for (const one of seconds) this.histogram.observe(labels, one);
    seconds.length = 0;
  }
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
