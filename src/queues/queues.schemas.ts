import { z } from 'zod';
import { instant, uuidV7Id } from '../platform/http/text.schema.js';

const queueName = z.enum(['receipts', 'notices', 'reminders', 'bulk']);
const count = z.number().int().min(0);

export const queuesSchema = z
  .object({
    queues: z.array(
      z.object({
        queue: queueName,
        waiting: count.meta({ description: 'Due, and not yet handed over' }),
        delayed: count.meta({ description: 'Due later' }),
        leased: count.meta({ description: 'Handed over or running' }),
        dead: count.meta({ description: 'Given up after all tries' }),
        oldestAgeSeconds: z
          .number()
          .nullable()
          .meta({ description: 'How long the oldest due job has waited; null where none does' }),
      }),
    ),
    dead: z
      .array(
        z.object({
          id: uuidV7Id(),
          queue: queueName,
          job: z.string(),
          attempts: count,
          error: z.string().nullable(),
          requestId: z.string().nullable().meta({ description: 'The request that caused it' }),
          createdAt: instant(),
        }),
      )
      .meta({ description: 'Dead jobs, oldest first, at most 200' }),
  })
  .meta({ id: 'Queues' });
