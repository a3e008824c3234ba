import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { HandlesJob, type InsideHandler, defineJob } from '../../src/platform/queue/job.js';
import { JobRegistryError } from '../../src/platform/queue/job-registry.js';
import { Bench } from '../outbox/outbox.fixture.js';

const handled = defineJob({ name: 'test.handled', data: z.object({}) });
const orphan = defineJob({ name: 'test.orphan', data: z.object({}) });
const unlisted = defineJob({ name: 'test.unlisted', data: z.object({}) });

class Nothing implements InsideHandler<Record<string, never>> {
  async handle(): Promise<void> {
    // Never runs.
  }
}
@HandlesJob(handled)
class First extends Nothing {}
@HandlesJob(handled)
class Second extends Nothing {}
@HandlesJob(unlisted)
class Stray extends Nothing {}

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open('postgres');
});
afterAll(() => bench.close());

it('boots where every job has its one handler', async () => {
  await expect(bench.boot({ jobs: [handled], handlers: [First] })).resolves.toBeDefined();
});

it.each([
  ['a job without a handler', [handled, orphan], [First], 'test.orphan has no handler'],
  ['a job with two', [handled], [First, Second], 'test.handled has 2 handlers: First, Second'],
  [
    'a handler of a job that is not listed',
    [handled],
    [First, Stray],
    'Stray handles test.unlisted, which is not listed',
  ],
  ['a job that is listed twice', [handled, handled], [First], 'test.handled is listed twice'],
])('refuses to boot with %s', async (_, jobs, handlers, sentence) => {
  const booting = bench.boot({ jobs, handlers });
  await expect(booting).rejects.toThrow(JobRegistryError);
  await expect(booting).rejects.toThrow(sentence);
});
