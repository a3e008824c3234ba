import type { Permission } from './permissions.js';

/** What of the admin API a key may be made for: reading. */
const READING_SCOPES = [
  'join_submissions.read',
  'people.read',
  'follow_ups.read',
  'units.read',
] as const satisfies readonly Permission[];

/**
 * What a key may be made for; the database knows the same names. `join.post` takes the joins of
 * another server's visitors. Nothing of the admin API is written by keys yet.
 */
export const KEY_SCOPES = ['join.post', ...READING_SCOPES] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

/** Whether a key may be made for what needs this permission. */
export function isKeyScope(permission: Permission): permission is Permission & KeyScope {
  return (KEY_SCOPES as readonly string[]).includes(permission);
}

/** The permissions among the scopes: what a maker has to hold themselves. */
export function permissionsAmong(scopes: readonly KeyScope[]): Permission[] {
  return READING_SCOPES.filter((permission) => scopes.includes(permission));
}
