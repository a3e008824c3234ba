import type { Operation } from './api-description.js';
import { learn, type RoundPlan } from './fuzz-round.js';
import { Oracle } from './oracle.js';
import { Tally } from './tally.js';
import { WireClient } from './wire.js';

/** Tries after which an operation counts as out of reach. */
const TRIES = 40;
const ENOUGH_SUCCESSES = 2;

/** What no organisation of a stage can be asked for with success. */
export const OUT_OF_REACH = [
  // They need a provider of identities, and none is configured here.
  'GET /v1/admin/sessions/openid',
  'POST /v1/admin/sessions/openid',
  'GET /v1/admin/sessions/openid/start',
  'GET /v1/admin/sessions/openid/callback',
];

/**
 * Calls each operation of the document with nothing wrong until it succeeds: what is never reached
 * is not tested by what is wrong, either. Ids that are asked for may belong to other units, so that
 * it takes a few tries.
 */
export async function reachOperations(
  plan: Pick<RoundPlan, 'api' | 'drawer' | 'pool' | 'schemas' | 'book' | 'server'>,
): Promise<Tally> {
  const { api, drawer, book, schemas, server } = plan;
  const tally = new Tally(api);
  const oracle = new Oracle(api, schemas);
  const client = new WireClient(server.port);
  let index = -100_000;
  const reach = async (operation: Operation): Promise<void> => {
    for (let tries = 0; tries < TRIES; tries += 1, index -= 1) {
      const request = drawer.drawValid(index, operation);
      const outcome = await client.send(request);
      tally.count(request, outcome);
      const complaints = oracle.complaints(request, outcome);
      if (complaints.length > 0) book.add(request, outcome, complaints);
      else learn(plan, request, outcome);
      const { succeeded = 0 } = tally.byOperation.get(operation.name) ?? {};
      if (succeeded >= ENOUGH_SUCCESSES) return;
    }
  };
  for (const operation of api.operations.filter(({ hidden }) => !hidden)) await reach(operation);
  // What one operation needs, a later one may have made.
  const unreached = new Set(tally.unreached(api));
  for (const operation of api.operations) {
    if (unreached.has(operation.name)) await reach(operation);
  }
  client.close();
  return tally;
}
