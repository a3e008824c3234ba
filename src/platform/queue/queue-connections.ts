import type { BackendFactory, ConnectionOptions, QueueOptions } from 'bullmq';
import type { QueueName } from './job.js';

/** BullMQ tells every step of every job; nobody of ours listens, a board looks at the last ones. */
export const EVENTS = { streams: { events: { maxLen: 1_000 } } };

/** How BullMQ reaches its data: one implementation for PostgreSQL, one for Redis. */
export abstract class QueueConnections {
  /** Which of BullMQ's backends. */
  abstract readonly factory: BackendFactory;

  /** What queues and workers of this name have to agree on. */
  abstract options(queue: QueueName): Pick<QueueOptions, 'prefix' | 'streams'>;

  /** The shared connection of what adds jobs; it fails at once where the server is away. */
  abstract forQueues(): ConnectionOptions;

  /** The connection of one worker, which waits for a server that is away. */
  abstract forWorker(): { connection: ConnectionOptions; disconnect(): void };

  /** @throws QueueAwayError where it is known already that the server is away. */
  abstract reach(): Promise<void>;

  /** One round trip to the server. */
  abstract ping(): Promise<void>;

  /** Whether the server says that it takes no writes at all. */
  abstract meansAway(error: Error): boolean;

  abstract close(): Promise<void>;
}
