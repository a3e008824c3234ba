import type { EntityManager } from 'typeorm';

/**
 * What follows when a record says that somebody lives elsewhere, or has another age: where they
 * belong is decided anew. Also the token by which whoever does so is injected, since people know
 * nothing of branches' duties and messages.
 */
export abstract class HomeMoves {
  /**
   * Locks somebody together with what moves with them, in the application's part of an organiser's
   * transaction. @returns false for somebody who does not belong to the organiser's units.
   */
  abstract lockMine(manager: EntityManager, personId: string): Promise<boolean>;

  /** Decides anew where they belong, and tells both branches if that is elsewhere. */
  abstract follow(manager: EntityManager, personId: string, organiserId: string): Promise<void>;
}
