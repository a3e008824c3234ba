import type { FuzzRequest } from './draft.js';
import { type FailureBook, describeAnswer } from './failure-book.js';
import { Oracle } from './oracle.js';
import type { FuzzStage } from './stage.js';
import { WireClient } from './wire.js';

/** Sends one request and shows everything about it. */
export async function sendOne(
  stage: FuzzStage,
  book: FailureBook,
  request: FuzzRequest,
): Promise<void> {
  const client = new WireClient(stage.server.port);
  const outcome = await client.send(request);
  client.close();
  console.log(`${request.operation}, ${request.mutations.join(', ') || 'nothing changed'}`);
  console.log(request.bytes.toString('latin1'));
  for (const answer of outcome.answers) console.log(`\n${describeAnswer(answer)}`);
  console.log(`\n${Math.round(outcome.milliseconds)} ms`);
  const complaints = new Oracle(stage.api, stage.schemas).complaints(request, outcome);
  if (complaints.length > 0) book.add(request, outcome, complaints);
}
