import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../project-root.js';

/** The three calendars of bank holidays, by the names that gov.uk gives them. */
export type Division = 'england-and-wales' | 'scotland' | 'northern-ireland';

function divisionSchema<Name extends Division>(name: Name) {
  return z.object({
    division: z.literal(name),
    events: z
      .array(
        z.object({
          title: z.string().min(1),
          date: z.iso.date().describe('The day off itself, after substitution'),
          notes: z.string().optional().describe('"Substitute day" where it was moved'),
        }),
      )
      .min(1),
  });
}

const bankHolidaysSchema = z.object({
  'england-and-wales': divisionSchema('england-and-wales'),
  scotland: divisionSchema('scotland'),
  'northern-ireland': divisionSchema('northern-ireland'),
});

/** Bank holidays in the form of https://www.gov.uk/bank-holidays.json. */
export type BankHolidays = z.infer<typeof bankHolidaysSchema>;

/**
 * Reads bank holidays from a file in gov.uk's form, which may be put there as it is downloaded.
 *
 * @param file by default the list that comes with the project, `data/bank-holidays.json`.
 * @throws Error when the file is missing or not of that form.
 */
export function loadBankHolidays(
  file: string = join(projectRoot, 'data', 'bank-holidays.json'),
): BankHolidays {
  return bankHolidaysSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}
