import type { Role } from './permissions.js';

/**
 * The accounts that the demo organisation comes with. They hold their posts, whose notices go to
 * the unit's public address as anywhere.
 */
export const DEMO_ORGANISERS: readonly {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** None: the national office. */
  readonly unitSlug?: string;
}[] = [
  { email: 'national@example.org', name: 'National Office', role: 'national_administrator' },
  {
    email: 'wales@example.org',
    name: 'Organiser for Wales',
    role: 'regional_organiser',
    unitSlug: 'wales',
  },
  {
    email: 'yorkshire@example.org',
    name: 'Organiser for Yorkshire',
    role: 'regional_organiser',
    unitSlug: 'yorkshire',
  },
  { email: 'treasurer@example.org', name: 'Treasurer', role: 'treasurer' },
  {
    email: 'dpo@example.org',
    name: 'Data Protection Officer',
    role: 'data_protection_officer',
  },
];
