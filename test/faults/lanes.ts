import { FaultCluster } from './fault-cluster.js';

/** Clusters for rounds that run at once: a restart of PostgreSQL concerns one round alone. */
export class Lanes {
  private readonly free: FaultCluster[];
  private readonly waiting: ((cluster: FaultCluster) => void)[] = [];

  private constructor(private readonly clusters: readonly FaultCluster[]) {
    this.free = [...clusters];
  }

  static async start(count: number): Promise<Lanes> {
    return new Lanes(await Promise.all(Array.from({ length: count }, () => FaultCluster.start())));
  }

  /** Does something with a cluster to itself, as soon as one is free. */
  async with<T>(work: (cluster: FaultCluster) => Promise<T>): Promise<T> {
    const cluster =
      this.free.pop() ?? (await new Promise<FaultCluster>((take) => this.waiting.push(take)));
    try {
      return await work(cluster);
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free.push(cluster);
      else next(cluster);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.clusters.map((cluster) => cluster.stop()));
  }
}
