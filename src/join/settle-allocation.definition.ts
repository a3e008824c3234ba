import { z } from 'zod';
import { defineJob } from '../platform/queue/job.js';

/** Allocates a submission that was taken while the locator was down. */
export const settleAllocation = defineJob({
  name: 'join.settle-allocation',
  queue: 'notices',
  data: z.strictObject({ submissionId: z.uuid() }),
});
