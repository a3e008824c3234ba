/** The roles a grant may give; the database knows the same names. */
export const ROLES = [
  'national_administrator',
  'regional_organiser',
  'branch_secretary',
  'treasurer',
  'campaign_lead',
  'data_protection_officer',
  'reader',
] as const;
export type Role = (typeof ROLES)[number];

/** What a route may need. The name is what a 403 tells, so it says the resource and the deed. */
export const PERMISSIONS = [
  'join_submissions.read',
  'join_submissions.write',
  'people.read',
  // The record itself: names, address, date of birth.
  'people.write',
  // Where somebody belongs, against the rules.
  'allocations.write',
  'allocation_runs.read',
  // Deciding anew where everybody belongs.
  'allocation_runs.write',
  'follow_ups.read',
  'follow_ups.write',
  'units.read',
  // Branches with their rules and posts.
  'units.write',
  // Regions with their rules and posts: the shape of the whole organisation.
  'regions.write',
  'forms.read',
  // What a join form asks, and from where it may be posted.
  'forms.write',
  'api_keys.read',
  // A key acts without its maker: no more than they hold themselves.
  'api_keys.write',
  // Who did what to whom, in the whole organisation.
  'audit.read',
  'queues.read',
  'queues.write',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const CONTACT_WORK: readonly Permission[] = [
  'join_submissions.read',
  'join_submissions.write',
  'people.read',
  'people.write',
  'follow_ups.read',
  'follow_ups.write',
  'units.read',
];
const READING: readonly Permission[] = [
  'join_submissions.read',
  'people.read',
  'follow_ups.read',
  'units.read',
];

/**
 * The one table of who may do what. Which rows it may be done to is not said here: that follows
 * from the unit of the grant, and PostgreSQL keeps it.
 */
export const PERMISSIONS_OF: Readonly<Record<Role, readonly Permission[]>> = {
  national_administrator: PERMISSIONS,
  regional_organiser: [
    ...CONTACT_WORK,
    'allocations.write',
    'allocation_runs.read',
    'units.write',
    'forms.read',
    'forms.write',
    'api_keys.read',
    'api_keys.write',
  ],
  branch_secretary: [...CONTACT_WORK, 'forms.read'],
  // A treasurer sees money, not enquiries; the rest of their permissions comes with donations.
  treasurer: ['units.read'],
  campaign_lead: [...READING, 'forms.read'],
  data_protection_officer: [...READING, 'audit.read'],
  reader: READING,
};

/** What somebody who holds these roles may do, in the order of the table above. */
export function permissionsOf(roles: readonly Role[]): Permission[] {
  return PERMISSIONS.filter((permission) =>
    roles.some((role) => PERMISSIONS_OF[role].includes(permission)),
  );
}

/** Those of the roles that carry a permission: only their grants say over which units it reaches. */
export function rolesWith(permission: Permission, roles: readonly Role[]): Role[] {
  return roles.filter((role) => PERMISSIONS_OF[role].includes(permission));
}
