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
  // Who has an account and which grants, as far as one leads their units.
  'organisers.read',
  // Inviting others to a role that one may give.
  'organisers.write',
  // Accounts themselves: names, closing and opening.
  'accounts.write',
  // Who stands in for the holder of a post, and when.
  'cover.write',
  // Who holds which role where, until when.
  'grants.read',
  'grants.write',
  'forms.read',
  // What a join form asks, and from where it may be posted.
  'forms.write',
  'api_keys.read',
  // A key acts without its maker: no more than they hold themselves.
  'api_keys.write',
  // Who did what to whom, in the whole organisation.
  'audit.read',
  // Taking away the second factor of somebody who has lost it.
  'second_factors.reset',
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
  'cover.write',
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
    'organisers.read',
    'organisers.write',
    'grants.read',
    'grants.write',
    'forms.read',
    'forms.write',
    'api_keys.read',
    'api_keys.write',
  ],
  branch_secretary: [...CONTACT_WORK, 'forms.read'],
  // A treasurer sees money, not enquiries; the rest of their permissions comes with donations. Of
  // organisers and grants they know, invite and give those of treasurers alone.
  treasurer: [
    'units.read',
    'cover.write',
    'organisers.read',
    'organisers.write',
    'grants.read',
    'grants.write',
  ],
  campaign_lead: [...READING, 'forms.read'],
  data_protection_officer: [...READING, 'cover.write', 'audit.read'],
  reader: READING,
};

/**
 * What somebody who holds these roles may do, in the order of the table above.
 *
 * @param graced roles by which they may still read.
 */
export function permissionsOf(roles: readonly Role[], graced: readonly Role[] = []): Permission[] {
  return PERMISSIONS.filter((permission) =>
    [...roles, ...(isReading(permission) ? graced : [])].some((role) =>
      PERMISSIONS_OF[role].includes(permission),
    ),
  );
}

/** Those of the roles that carry a permission: only their grants say over which units it reaches. */
export function rolesWith(permission: Permission, roles: readonly Role[]): Role[] {
  return roles.filter((role) => PERMISSIONS_OF[role].includes(permission));
}

/** Whether a permission changes nothing: in the grace after a grant's end these alone are left. */
export function isReading(permission: Permission): boolean {
  return permission.endsWith('.read');
}

/** Those of the roles that carry every permission of another: who holds one does not lack that one. */
export function rolesThatInclude(role: Role): Role[] {
  return ROLES.filter(
    (one) =>
      one === role ||
      PERMISSIONS_OF[role].every((permission) => PERMISSIONS_OF[one].includes(permission)),
  );
}

/**
 * Whether who holds one role may give another, on the same unit or below: they hold the right to
 * give, and every right that is given. Money is apart until its permissions stand in the table: what
 * a treasurer may do is given by treasurers and the national office alone. `may_grant()` in the
 * database says the same, and a test compares the two.
 */
export function mayGive(giver: Role, given: Role): boolean {
  if (given === 'treasurer' && giver !== 'treasurer' && giver !== 'national_administrator') {
    return false;
  }
  return PERMISSIONS_OF[giver].includes('grants.write') && rolesThatInclude(given).includes(giver);
}

/** A role as it is said in a sentence. */
export function roleInWords(role: Role): string {
  return role.replaceAll('_', ' ');
}
