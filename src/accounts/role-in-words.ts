import type { Role } from '../organisers/permissions.js';

/** A role as it is said in a sentence: `branch secretary`. */
export function roleInWords(role: Role): string {
  return role.replaceAll('_', ' ');
}
