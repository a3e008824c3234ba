import { v7 as uuidV7 } from 'uuid';
import type { TestDatabase } from '../support/test-database.js';
import type { TestUnit } from './organisation.js';

export interface SubmissionOptions {
  /** Whose officers answer for it. */
  unit: TestUnit;
  /** Who has the duty; the unit itself unless given. */
  dutyUnit?: TestUnit;
  givenName?: string;
  familyName?: string | null;
  email?: string;
  phone?: string | null;
  postcode?: string;
  /** Of an interval from now: `-3 hours` is overdue. */
  dueIn?: string;
  /** A person who is known already. */
  personId?: string;
}

export interface TestSubmission {
  readonly id: string;
  readonly reference: string;
  readonly personId: string;
  readonly followUpId: string;
  readonly email: string;
}

let made = 0;

/** A submission with its person, allocation, consent, duty and messages, as a join leaves them. */
export async function makeSubmission(
  database: TestDatabase,
  options: SubmissionOptions,
): Promise<TestSubmission> {
  made += 1;
  const { unit, dutyUnit = unit, givenName = 'Sam', familyName = 'Jones' } = options;
  const { phone = '+447700900123', postcode = 'CF10 1AA', dueIn = '2 days' } = options;
  const id = uuidV7();
  const email = options.email ?? `person-${made}@example.org`;
  const reference = `J-TEST-${String(made).padStart(4, '0')}`;
  const personId = options.personId ?? uuidV7();
  if (options.personId === undefined) {
    await makePerson(database, {
      ...options,
      id: personId,
      givenName,
      familyName,
      email,
      phone,
      postcode,
    });
  }
  const posted = {
    givenName,
    ...(familyName === null ? {} : { familyName }),
    email,
    ...(phone === null ? {} : { phone }),
    country: 'GB',
    postcode,
    message: 'Hello <b>there</b>',
    interests: ['events'],
    consent: { privacyNotice: '2026-11', email: true },
    source: { page: 'https://www.example.org/join', utmCampaign: 'autumn' },
    secretOfNobody: 'must not get out',
  };
  const answer = {
    allocation: { method: 'coverage_rule', explanation: `${postcode} belongs here` },
  };
  await database.sql(
    `INSERT INTO join_submission
       (id, reference, form_id, channel, posted, answer, email, phone, address, user_agent)
     VALUES ($1, $2, 'join', 'json', $3, $4, $5, $6, '192.0.2.1', 'a browser')`,
    [id, reference, posted, answer, email, phone],
  );
  await database.sql(
    'INSERT INTO join_submission_handling (submission_id, person_id, unit_id) VALUES ($1, $2, $3)',
    [id, personId, unit.id],
  );
  const followUpId = uuidV7();
  const office = {
    branch: 'branch_secretary',
    region: 'regional_organiser',
    national: 'national_office',
  }[dutyUnit.kind];
  await database.sql(
    `INSERT INTO follow_up
       (id, kind, submission_id, person_id, unit_id, office, calendar, due_at, remind_at)
     VALUES ($1, 'join', $2, $3, $4, $5, 'england-and-wales',
             clock_now() + $6::interval, clock_now() + $6::interval - interval '1 day')`,
    [followUpId, id, personId, dutyUnit.id, office, dueIn],
  );
  await database.sql(
    `INSERT INTO message (id, business_key, kind, channel, submission_id, message_id_header)
     VALUES ($1, $2, 'join_acknowledgement', 'email', $3, $4)`,
    [uuidV7(), `join_acknowledgement:${id}`, id, `<${id}@example.org>`],
  );
  return { id, reference, personId, followUpId, email };
}

async function makePerson(
  database: TestDatabase,
  person: SubmissionOptions & { id: string; email: string },
): Promise<void> {
  const { id, unit, givenName, familyName, email, phone, postcode } = person;
  await database.sql(
    `INSERT INTO person (id, given_name, family_name, country, postcode, town, unit_id, date_of_birth)
     VALUES ($1, $2, $3, 'GB', $4, 'Cardiff', $5, '1990-05-17')`,
    [id, givenName, familyName, postcode, unit.id],
  );
  await database.sql(
    `INSERT INTO contact_point (id, person_id, kind, value)
     SELECT id, $2, kind, value FROM unnest($1::uuid[], '{email,phone}'::text[], $3::text[])
       AS point(id, kind, value) WHERE value IS NOT NULL`,
    [[uuidV7(), uuidV7()], id, [email, phone]],
  );
  await database.sql(
    `INSERT INTO allocation (id, person_id, method, unit_id, precision, explanation,
                             directory_version, dataset_version)
     VALUES ($1, $2, 'coverage_rule', $3, 'outcode', 'CF10 belongs to Cardiff', 1, 'test')`,
    [uuidV7(), id, unit.id],
  );
  for (const [decision, hours] of [
    ['granted', 2],
    ['withdrawn', 1],
  ] as const) {
    await database.sql(
      `INSERT INTO consent_event (id, person_id, channel, purpose, decision, occurred_at, source,
                                  privacy_notice_version, wording_version, actor_kind)
       VALUES ($1, $2, 'email', 'news', $3, clock_now() - make_interval(hours => $4), 'form',
               '2026-11', '1', 'person')`,
      [uuidV7(), id, decision, hours],
    );
  }
}
