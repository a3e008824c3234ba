import type { EntityManager } from 'typeorm';

/**
 * Lets units be closed and rules be made one at a time until the transaction ends, so that none is
 * made that clashes with one being made, or for a unit that is being closed. An import takes it, too.
 */
export async function lockOrganisation(manager: EntityManager): Promise<void> {
  await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended('organisation', 0))`);
}
