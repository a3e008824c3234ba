import { z } from 'zod';
import { defineJob } from '../platform/queue/job.js';

/** Chains what has been written to the audit trail since the last time. Recurring. */
export const sealAudit = defineJob({
  name: 'audit.seal',
  queue: 'bulk',
  data: z.object({}),
  everySeconds: 60,
});
