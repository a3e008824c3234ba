import type { LoggerService } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { QueueAwayError } from '../../src/platform/queue/queue-away.error.js';
import { QUEUES } from '../../src/platform/queue/job.js';
import { findRedisServer } from '../support/redis.js';
import { Bench, type BootOptions, eventually, insideJob } from '../outbox/outbox.fixture.js';

describe.runIf(findRedisServer() !== undefined)('the queue on Redis', () => {
  let bench: Bench;
  const redis = () => {
    if (bench.redis === undefined) throw new Error('this bench has no Redis');
    return bench.redis;
  };
  beforeAll(async () => {
    // A cluster of one server that owns all slots is a cluster in every respect but size.
    bench = await Bench.open('redis', [
      '--cluster-enabled',
      'yes',
      '--cluster-announce-ip',
      '127.0.0.1',
    ]);
    await redis().command('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
    await eventually(async () =>
      expect(await redis().command('CLUSTER', 'INFO')).toContain('cluster_state:ok'),
    );
  });
  afterEach(() => bench.clear());
  afterAll(() => bench.close());

  const onCluster = (options: BootOptions = {}) =>
    bench.boot({
      ...options,
      environment: { QUEUE_URL: `${redis().url},${redis().url}`, ...options.environment },
    });

  it('works on a cluster, each queue under a hash tag of its own', async () => {
    const process = await onCluster();
    process.start();
    await eventually(() => expect(process.worker.ready).toBe(true));
    for (const queue of QUEUES) await process.enqueue(insideJob, queue, { queue });
    await eventually(async () => expect(await bench.effects()).toEqual([...QUEUES].sort()));

    const keys = (await redis().command('KEYS', '*')) as string[];
    expect(keys.length).toBeGreaterThan(0);
    const tags = new Set(keys.map((key) => /^\{(branchline-[a-z]+)\}:/.exec(key)?.[1] ?? key));
    expect([...tags].sort()).toEqual(QUEUES.map((queue) => `branchline-${queue}`).sort());
  });

  it('complains when its server may evict jobs', async () => {
    const errors: string[] = [];
    const ignore = () => undefined;
    const logger: LoggerService = {
      log: ignore,
      warn: ignore,
      error: (message: unknown) => void errors.push(String(message)),
    };
    await redis().command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    await onCluster({ logger });
    await eventually(() => expect(errors.join()).toContain('maxmemory-policy allkeys-lru'));
    await redis().command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  });

  it('blames no row when its server is full, and delivers when there is room again', async () => {
    const process = await onCluster();
    await process.enqueue(insideJob, 'kept');
    await eventually(() => expect(process.relay.pass('bulk')).resolves.toBe('idle'));
    await redis().command('CONFIG', 'SET', 'maxmemory', '1');
    await eventually(() => expect(process.relay.pass('notices')).rejects.toThrow(/OOM|memory/));
    await expect(process.relay.pass('notices')).rejects.toThrow(QueueAwayError);
    expect(await bench.rows()).toMatchObject([{ attempts: 0, leased: false, state: 'waiting' }]);
    await redis().command('CONFIG', 'SET', 'maxmemory', '0');
    process.start();
    await eventually(async () => expect(await bench.effects()).toEqual(['kept']));
  });
});
