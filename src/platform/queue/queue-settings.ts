/** How relay and workers pace themselves. Tests shorten the times; operators have no need to. */
export class QueueSettings {
  /**
   * How long a row that was handed to the queue stays there before it is handed over again. Handing
   * it over twice does no harm (same job id), so this is only what a queue that lost everything
   * costs. What runs outside the database has the lease of its definition instead.
   */
  readonly queuedLeaseMilliseconds: number = 60_000;
  /** How often the relay looks without having been told to. */
  readonly pollMilliseconds: number = 1_000;
  /** Rows of one queue that are in BullMQ at most, about: what waits there cannot be overtaken. */
  readonly unfinishedLimit: number = 2_000;
  readonly batchSize: number = 250;
  /** How soon a job that this build does not know is offered to another. */
  readonly leftToOthersMilliseconds: number = 5_000;
  /** How long a job that this build does not know keeps one of its places. */
  readonly unknownJobMilliseconds: number = 250;
  /** A job of a worker that fell silent for this long is taken by another. */
  readonly lockMilliseconds: number = 20_000;
  readonly stalledCheckMilliseconds: number = 10_000;
  /** False where a test starts the parts one by one. */
  readonly startsByItself: boolean = true;

  constructor(changed: Partial<QueueSettings> = {}) {
    Object.assign(this, changed);
  }
}
