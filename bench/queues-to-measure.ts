import { findRedisServer, startRedis } from '../test/support/redis.js';

/** PostgreSQL, and Redis where a server is installed; it ends with this process. */
export async function queuesToMeasure(): Promise<{ name: string; url: string | undefined }[]> {
  const queues: { name: string; url: string | undefined }[] = [
    { name: 'PostgreSQL', url: undefined },
  ];
  if (findRedisServer() === undefined) {
    console.log('Left out: jobs on Redis, because there is no redis-server.');
    return queues;
  }
  const redis = await startRedis();
  process.once('exit', () => void redis.kill());
  queues.push({ name: 'Redis', url: redis.url });
  return queues;
}
