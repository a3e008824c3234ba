import { findRedisServer, startRedis } from './redis.js';

/** A queue backend under test: how to start it, and what to give the application as QUEUE_URL. */
export interface QueueBackendUnderTest {
  name: 'PostgreSQL' | 'Redis';
  start(): Promise<{ queueUrl: string | undefined; stop(): Promise<void> }>;
}

const postgres: QueueBackendUnderTest = {
  name: 'PostgreSQL',
  start: async () => ({ queueUrl: undefined, stop: async () => undefined }),
};

const redis: QueueBackendUnderTest = {
  name: 'Redis',
  start: async () => {
    const server = await startRedis();
    return { queueUrl: server.url, stop: () => server.stop() };
  },
};

/** Every backend this machine can run; without a Redis server the other alone, with a notice. */
export function queueBackends(): QueueBackendUnderTest[] {
  if (findRedisServer() !== undefined) return [postgres, redis];
  if (process.env['CI'] !== undefined) throw new Error('CI has no redis-server to test with.');
  console.warn('Left out: tests of jobs on Redis, because there is no redis-server.');
  return [postgres];
}
