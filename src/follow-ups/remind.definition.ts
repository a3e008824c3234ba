import { z } from 'zod';
import { defineJob } from '../platform/queue/job.js';

/** Reminds whoever has a duty, if it is still theirs and still to be done when the time comes. */
export const remindFollowUp = defineJob({
  name: 'follow-ups.remind',
  queue: 'reminders',
  data: z.strictObject({
    followUpId: z.uuid(),
    /** The hand-over that the reminder was made for. */
    assignment: z.int().min(1),
    /** True for the second reminder, after a first "no answer". */
    again: z.boolean(),
  }),
});
