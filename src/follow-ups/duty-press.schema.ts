import { z } from 'zod';
import { text } from '../platform/http/text.schema.js';
import { PRESSES } from './follow-up.js';

/** `POST /duties/{token}`: one of four buttons, and a note. */
export const dutyPressSchema = z.strictObject({
  outcome: z
    .enum(PRESSES, { error: 'Please press one of the four buttons.' })
    .meta({ description: 'Which button was pressed' }),
  note: text({ max: 1000, multiline: true })
    .optional()
    .meta({ description: 'For whoever follows the person up', example: 'Call after six' }),
  tries: z.coerce.number().int().min(0).max(1000).optional().meta({
    description:
      'The tries that the page showed: a “no answer” that arrives twice is told by it. Not given: two within a minute are one',
  }),
});

export type DutyPressInput = z.output<typeof dutyPressSchema>;
