import { z } from 'zod';
import { defineJob } from '../../platform/queue/job.js';

/** Decides anew where somebody belongs, when the locator is back. */
export const decideAnew = defineJob({
  name: 'allocation.decide-anew',
  queue: 'notices',
  data: z.strictObject({ personId: z.uuid() }),
});

/** Ends an override whose time is over. */
export const endOverride = defineJob({
  name: 'allocation.end-override',
  queue: 'notices',
  data: z.strictObject({ allocationId: z.uuid() }),
});
