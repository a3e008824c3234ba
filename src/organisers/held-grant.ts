import type { Role } from './permissions.js';

/** A grant that holds, as `rights_stand` compares it before a commit. */
export interface HeldGrant {
  readonly id: string;
  readonly role: Role;
  readonly unitId: string;
  /** In full; null: until it is ended. */
  readonly until: string | null;
}
