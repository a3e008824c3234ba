import { FollowUpsAdminRepository } from '../src/follow-ups/follow-ups-admin.repository.js';
import { followUpsQuerySchema } from '../src/follow-ups/follow-ups.admin-schemas.js';
import { JoinAdminRepository } from '../src/join/join-admin.repository.js';
import { joinSubmissionsQuerySchema } from '../src/join/join.admin-schemas.js';
import { PeopleAdminRepository } from '../src/people/people-admin.repository.js';
import { peopleQuerySchema } from '../src/people/people.admin-schemas.js';
import type { OrganiserManager } from '../src/platform/database/database.js';

/** Somebody who works with the API, and what they have to say where no policy says it for them. */
export interface AdminCaller {
  readonly name: string;
  readonly email: string;
  readonly role: 'branch_secretary' | 'national_administrator';
  /** The slug of their branch; the whole country otherwise. */
  readonly branch: string | undefined;
}

/** What they ask for. */
export interface AdminCase {
  readonly name: string;
  /** Below `/v1/admin/`, with these filters. */
  path(found: KnownRecord, filters: Readonly<Record<string, string>>): string;
  /** The statements behind it. */
  run(
    manager: OrganiserManager,
    found: KnownRecord,
    filters: Readonly<Record<string, string>>,
    organiserId: string,
  ): Promise<void>;
}

/** A record of the caller's own. */
export interface KnownRecord {
  readonly submissionId: string;
  readonly email: string;
  /** A part of the family name that few have. */
  readonly word: string;
}

const submissions = new JoinAdminRepository();
const people = new PeopleAdminRepository();
const followUps = new FollowUpsAdminRepository();

export const ADMIN_CASES: readonly AdminCase[] = [
  {
    name: 'join-submissions',
    path: (_found, filters) => list('join-submissions', filters),
    run: async (manager, _found, filters, organiserId) => {
      await submissions.page(manager, joinSubmissionsQuerySchema.parse(filters), organiserId);
    },
  },
  {
    name: 'one submission',
    path: ({ submissionId }) => `join-submissions/${submissionId}`,
    run: async (manager, { submissionId }) => {
      await submissions.submission(manager, submissionId);
    },
  },
  peopleCase('people', () => ({})),
  peopleCase('people?q= an address', ({ email }) => ({ q: email })),
  peopleCase('people?q= a word', ({ word }) => ({ q: word })),
  {
    name: 'follow-ups',
    path: (_found, filters) => list('follow-ups', filters),
    run: async (manager, _found, filters, organiserId) => {
      await followUps.page(manager, followUpsQuerySchema.parse(filters), organiserId);
    },
  },
];

function peopleCase(
  name: string,
  search: (found: KnownRecord) => Readonly<Record<string, string>>,
): AdminCase {
  return {
    name,
    path: (found, filters) => list('people', { ...search(found), ...filters }),
    run: async (manager, found, filters) => {
      await people.page(manager, peopleQuerySchema.parse({ ...search(found), ...filters }));
    },
  };
}

function list(resource: string, filters: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(filters).toString();
  return query === '' ? resource : `${resource}?${query}`;
}
