import type { EntityManager } from 'typeorm';
import { AuditChainRepository, type Waiting } from './audit-chain.repository.js';
import { hashOfLink } from './audit-chain.js';

const BATCH = 10_000;
/** So many are named of those that are not on the chain. */
const MOST_STRAYS = 5;

/** A place on the chain that somebody wrote down: `42:9f86d0…`. */
export interface ChainMark {
  readonly position: string;
  readonly hash: string;
}

/** What was found of the audit trail. */
export interface AuditVerification {
  /** In words, the first fault of the chain first; empty where all is well. */
  readonly faults: readonly string[];
  readonly sealed: number;
  /** The end of the chain; undefined while nothing is sealed. */
  readonly end: ChainMark | undefined;
  readonly waiting: Waiting;
}

/**
 * Follows the chain of the audit trail from its beginning, link by link, in bounded memory. Whoever
 * rewrites the whole chain leaves one that holds together; a mark that was written down elsewhere
 * before is not on it any more.
 *
 * @param mark what has to be on the chain.
 */
export async function verifyAudit(
  owner: EntityManager,
  mark?: ChainMark,
): Promise<AuditVerification> {
  const repository = new AuditChainRepository(owner);
  const faults: string[] = [];
  let end: ChainMark | undefined;
  let sealed = 0;
  let isMarkThere = mark === undefined;
  let isWhole = true;
  while (isWhole) {
    const links = await repository.linksAfter(end?.position ?? '0', BATCH);
    for (const link of links) {
      const expected = String(BigInt(end?.position ?? '0') + 1n);
      if (link.position !== expected) faults.push(`Link ${expected} is missing.`);
      else if (link.actorKind === null) faults.push(`The event of link ${expected} is missing.`);
      else if (link.hash !== hashOfLink(end?.hash ?? '', link)) {
        faults.push(`Link ${expected} does not fit: its event ${link.id} or the link was changed.`);
      }
      // What follows a broken link cannot fit.
      isWhole = faults.length === 0;
      if (!isWhole) break;
      sealed += 1;
      end = { position: link.position, hash: link.hash };
      if (mark?.position === end.position && mark.hash === end.hash) isMarkThere = true;
    }
    if (links.length < BATCH) break;
  }
  // On a chain that is broken nobody can say where the mark would have been.
  if (isWhole && !isMarkThere) {
    faults.push('The mark is not on the chain: it has been written anew or cut.');
  }
  const waiting = await repository.waiting();
  if (waiting.isForgotten) {
    faults.push(
      `Events have been waiting for the sealer since ${waiting.since?.toISOString()}: is a worker there?`,
    );
  }
  const strays = await repository.strays(MOST_STRAYS);
  if (strays.length > 0) {
    faults.push(`Taken off the chain, or slipped in past it: ${strays.join(', ')}, perhaps more.`);
  }
  return { faults, sealed, end, waiting };
}
