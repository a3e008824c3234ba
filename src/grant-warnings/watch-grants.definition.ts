import { z } from 'zod';
import { defineJob } from '../platform/queue/job.js';

/** Warns of grants that end, and keeps their grace as the setting says. Recurring. */
export const watchGrants = defineJob({
  name: 'grants.watch',
  queue: 'reminders',
  data: z.object({}),
  everySeconds: 3600,
});
