import { z } from 'zod';
import { defineJob } from '../platform/queue/job.js';

/** Sends one message through its channel. In which queue, says the message's urgency. */
export const sendMessage = defineJob({
  name: 'messaging.send',
  queue: 'notices',
  data: z.strictObject({ messageId: z.uuid() }),
});
