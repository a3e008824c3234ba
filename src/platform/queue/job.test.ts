import { expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { type JobData, defineJob } from './job.js';

it('takes dotted names only', () => {
  const data = z.object({});
  expect(defineJob({ name: 'messaging.send-now', data }).name).toBe('messaging.send-now');
  for (const name of ['send', 'Messaging.send', 'messaging send', 'messaging:send', '']) {
    expect(() => defineJob({ name, data })).toThrow('named like');
  }
});

it('takes data that survives JSON, and no other', () => {
  expectTypeOf<{ messageId: string; tries?: number }>().toExtend<JobData>();
  expectTypeOf<{ ids: readonly string[]; nested: { a: null } }>().toExtend<JobData>();
  expectTypeOf<{ at: Date }>().not.toExtend<JobData>();
  expectTypeOf<{ set: Set<string> }>().not.toExtend<JobData>();
  // @ts-expect-error a Date would come back as a string
  defineJob({ name: 'a.b', data: z.object({ at: z.date() }) });
});
