import { describe, expect, it } from 'vitest';
import { prepareDemoOrganisation } from '../support/application.js';
import { queueBackends } from '../support/queue-backends.js';
import { createTestDatabase } from '../support/test-database.js';
import { describeRound, runKillRound } from './kill-round.js';

/** A fixed seed, so that two runs do the same; the soak takes others. */
const SEED = 20261123;

describe.concurrent('killed in the middle of 500 joins', () => {
  it.each(queueBackends())(
    'the processes lose no join and repeat no message, jobs on $name',
    { timeout: 300_000 },
    async (backend) => {
      const database = await createTestDatabase();
      const queue = await backend.start();
      try {
        await prepareDemoOrganisation(database.ownerUrl);
        const result = await runKillRound({
          seed: SEED,
          joins: 500,
          apiKills: 3,
          workerKills: 3,
          databaseUrl: database.url,
          ownerUrl: database.ownerUrl,
          queueUrl: queue.queueUrl,
        });
        console.log(describeRound(backend.name, result));
        expect(result.faults).toEqual([]);
        // What has to have happened for the round to prove anything.
        expect(result).toMatchObject({ posted: 500, apiKills: 3, workerKills: 3 });
        expect(result.answered).toBeGreaterThan(450);
        expect(result.retried).toBeGreaterThan(0);
        expect(result.acknowledged).toBe(result.stored);
        expect(result.noticed).toBe(result.stored);
      } finally {
        await queue.stop();
        await database.drop();
      }
    },
  );
});
