import { v7 as uuidV7 } from 'uuid';
import type { Office } from '../../src/units/office.js';
import type { TestDatabase } from '../support/test-database.js';
import type { TestUnit } from './organisation.js';

export interface DutyOptions {
  unit: TestUnit;
  /** The one that looks after people in such a unit unless given. */
  office?: Office;
  /** Changes what was posted. */
  posted?: Record<string, unknown>;
  email?: string | null;
  phone?: string | null;
  /** An interval from now. */
  dueIn?: string;
}

export interface TestDuty {
  readonly id: string;
  readonly submissionId: string;
}

/** What a join posts; tests change what they are about. */
export const POSTED = {
  givenName: 'Robin',
  familyName: 'Carter',
  email: 'robin@example.org',
  phone: '07700 900123',
  country: 'GB',
  postcode: 'CF10 1AA',
  address: { line1: '1 Long Lane', town: 'Cardiff' },
  message: 'I would like to help at the stall.',
  interests: ['stalls', 'leaflets'],
  consent: { privacyNotice: '2026-11', email: true, sms: false },
  source: { page: 'https://www.example.org/join', campaign: 'Warm homes' },
};

/** A submission and the duty it caused, without notice and reminder. */
export async function makeDuty(database: TestDatabase, options: DutyOptions): Promise<TestDuty> {
  const { unit, dueIn = '2 days', email = POSTED.email, phone = '+447700900123' } = options;
  const office =
    options.office ??
    ({
      branch: 'branch_secretary',
      region: 'regional_organiser',
      national: 'national_office',
    }[unit.kind] as Office);
  const submissionId = uuidV7();
  const answer = { contact: { name: 'Cardiff', phone: null, email: 'cardiff@example.org' } };
  await database.sql(
    `INSERT INTO join_submission (id, reference, form_id, channel, posted, answer, email, phone)
     VALUES ($1, $2, 'join', 'form', $3, $4, $5, $6)`,
    [
      submissionId,
      `J-${submissionId.slice(-8)}`,
      { ...POSTED, ...options.posted },
      answer,
      email,
      phone,
    ],
  );
  await database.sql(
    'INSERT INTO join_submission_handling (submission_id, unit_id) VALUES ($1, $2)',
    [submissionId, unit.id],
  );
  const id = uuidV7();
  await database.sql(
    `INSERT INTO follow_up (id, kind, submission_id, unit_id, office, calendar, due_at, remind_at)
     VALUES ($1, 'join', $2, $3, $4, 'england-and-wales',
             clock_now() + $5::interval, clock_now() + $5::interval - interval '1 day')`,
    [id, submissionId, unit.id, office, dueIn],
  );
  return { id, submissionId };
}
