import { Logger } from '@nestjs/common';
import { type BackendFactory, type ConnectionOptions, createRedisBackend } from 'bullmq';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { QueueName } from './job.js';
import { QueueAwayError } from './queue-away.error.js';
import { EVENTS, QueueConnections } from './queue-connections.js';

/** A command that takes longer than this has been lost. */
const COMMAND_TIMEOUT_MILLISECONDS = 5_000;
const CONNECT_TIMEOUT_MILLISECONDS = 3_000;

/** Answers of a server that is there and takes no writes: full, a replica, loading, failing over. */
const AWAY_ANSWERS =
  /^(?:OOM|READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|MISCONF|NOREPLICAS|NOAUTH|NOPERM|WRONGPASS|BUSY|TRYAGAIN)\b|Connection is closed|isn't writeable|Command timed out|Reached the max retries|Failed to refresh slots/;

const reconnectAfter = (times: number): number => Math.min(100 * 2 ** Math.min(times, 6), 3_000);

/**
 * Redis 6.2+ or Valkey: one server, or a cluster where `QUEUE_URL` lists several. All keys of a queue
 * share a hash tag, so that a cluster keeps them in one slot and the queues apart.
 */
export class RedisConnections extends QueueConnections {
  override readonly factory = createRedisBackend as unknown as BackendFactory;
  private readonly logger = new Logger(RedisConnections.name);
  private readonly urls: readonly URL[];
  /** Fails at once while the server is away: what it should have added is still in the outbox. */
  private readonly producer: Redis | Cluster;

  constructor(queueUrl: string) {
    super();
    this.urls = queueUrl.split(',').map((url) => new URL(url.trim()));
    this.producer = this.connect({
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_TIMEOUT_MILLISECONDS,
    });
    this.producer.on('ready', () => {
      this.checkEviction().catch(() => undefined);
    });
  }

  override options(queue: QueueName) {
    return { ...EVENTS, prefix: `{branchline-${queue}}` };
  }

  override forQueues(): ConnectionOptions {
    return this.producer;
  }

  override forWorker() {
    // BullMQ insists on endless retries where it blocks. It makes its own copy for the blocking call.
    const client = this.connect({ maxRetriesPerRequest: null });
    return { connection: client, disconnect: () => client.disconnect() };
  }

  override async reach(): Promise<void> {
    if (this.producer.status !== 'ready') {
      throw new QueueAwayError(`Redis is away (${this.producer.status})`);
    }
  }

  override async ping(): Promise<void> {
    await this.producer.ping();
  }

  override meansAway(error: Error): boolean {
    const { code } = error as Error & { code?: unknown };
    return typeof code === 'string' || AWAY_ANSWERS.test(error.message);
  }

  override async close(): Promise<void> {
    this.producer.disconnect();
  }

  private connect(options: RedisOptions): Redis | Cluster {
    const [first] = this.urls;
    if (first === undefined) throw new Error('QUEUE_URL names no server');
    const shared: RedisOptions = {
      ...options,
      connectTimeout: CONNECT_TIMEOUT_MILLISECONDS,
      keepAlive: 10_000,
      connectionName: 'branchline',
      retryStrategy: reconnectAfter,
    };
    const client =
      this.urls.length === 1
        ? new Redis(first.href, shared)
        : new Cluster(
            this.urls.map(({ hostname, port }) => ({ host: hostname, port: Number(port || 6379) })),
            {
              clusterRetryStrategy: reconnectAfter,
              enableOfflineQueue: options.enableOfflineQueue ?? true,
              // With TLS the certificate names the host, so the name must not become an address.
              ...(first.protocol === 'rediss:'
                ? { dnsLookup: (address, answer) => answer(null, address) }
                : {}),
              redisOptions: {
                ...shared,
                ...(first.username === '' ? {} : { username: decodeURIComponent(first.username) }),
                ...(first.password === '' ? {} : { password: decodeURIComponent(first.password) }),
                ...(first.protocol === 'rediss:' ? { tls: {} } : {}),
              },
            },
          );
    // Without a listener a lost connection ends the process; the relay tells of it once.
    client.on('error', (error: Error) => this.logger.debug(error.message));
    return client;
  }

  /** Another policy than noeviction drops jobs when memory runs out; the leases then bring them back late. */
  private async checkEviction(): Promise<void> {
    const client = this.producer;
    const server = client instanceof Cluster ? client.nodes('master')[0] : client;
    const policy = /^maxmemory_policy:(\S+)/m.exec((await server?.info('memory')) ?? '')?.[1];
    if (policy !== undefined && policy !== 'noeviction') {
      this.logger.error(
        `Redis has maxmemory-policy ${policy}: set it to noeviction, or jobs are lost and come back late.`,
      );
    }
  }
}
