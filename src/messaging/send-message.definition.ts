import { z } from 'zod';
import { defineJob } from '../platform/queue/job.js';

/** How long one message may take at its provider, in milliseconds. */
export const SEND_DEADLINE_MILLISECONDS = 30_000;

/** How long a message counts as being sent: longer than the deadline, so that two never send at once. */
export const SENDING_LEASE_SECONDS = 45;

/** Sends one message through its channel. In which queue, says the message's urgency. */
export const sendMessage = defineJob({
  name: 'messaging.send',
  queue: 'notices',
  data: z.strictObject({ messageId: z.uuid() }),
  // A little longer than the lease of the message: whoever comes again finds it expired.
  leaseSeconds: SENDING_LEASE_SECONDS + 5,
});
