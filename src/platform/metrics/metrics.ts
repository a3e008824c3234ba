import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import {
  Counter,
  type CounterConfiguration,
  Gauge,
  type GaugeConfiguration,
  Histogram,
  type HistogramConfiguration,
  Registry,
  collectDefaultMetrics,
} from 'prom-client';

/**
 * The process's Prometheus metrics. A feature asks for its own in its constructor; asking twice
 * for one name gives the same metric. Names begin with `branchline_`, units are seconds and bytes
 * (Prometheus naming rules). Labels never hold personal data or ids: each value is a time series.
 */
@Injectable()
export class Metrics implements OnApplicationShutdown {
  readonly registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Something that is counted up. */
  counter<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
    options: Partial<CounterConfiguration<L>> = {},
  ): Counter<L> {
    return this.once(
      name,
      () => new Counter({ ...options, name, help, labelNames, registers: [this.registry] }),
    );
  }

  /** Something that goes up and down; `options.collect` may read it when it is asked for. */
  gauge<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
    options: Partial<GaugeConfiguration<L>> = {},
  ): Gauge<L> {
    return this.once(
      name,
      () => new Gauge({ ...options, name, help, labelNames, registers: [this.registry] }),
    );
  }

  /** How something is distributed; durations in seconds. */
  histogram<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
    options: Partial<HistogramConfiguration<L>> = {},
  ): Histogram<L> {
    return this.once(
      name,
      () => new Histogram({ ...options, name, help, labelNames, registers: [this.registry] }),
    );
  }

  onApplicationShutdown(): void {
    this.registry.clear();
  }

  private once<M>(name: string, make: () => M): M {
    return (this.registry.getSingleMetric(name) as M | undefined) ?? make();
  }
}
