import { z } from 'zod';
import { defineJob } from '../../platform/queue/job.js';

/** Takes the next slice of people through a dry run or a recompute. */
export const runSlice = defineJob({
  name: 'allocation.run-slice',
  queue: 'bulk',
  data: z.strictObject({ runId: z.uuid() }),
  // Half an hour of trying; then the run fails, and says why.
  maxAttempts: 40,
  backOffCapSeconds: 60,
});
