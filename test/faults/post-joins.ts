import { setTimeout as pause } from 'node:timers/promises';
import type { PostedJoin } from './book.js';
import type { SeededRandom } from './seeded-random.js';

/** How long a join is posted again and again before it counts as unanswered. */
const PATIENCE_MILLISECONDS = 60_000;
const RETRY_MILLISECONDS = 50;
/** Postcodes all over the organisation: many units get notices, and one branch is not the only one. */
const POSTCODES = ['M14 5RX', 'LS6 2AA', 'CF10 1EP', 'SW1A 1AA', 'EH1 1YZ', 'BT1 5GS', 'NR1 3JU'];

/** Draws up who joins. Every second one sends an Idempotency-Key, every twentieth gives up. */
export function drawJoins(count: number, random: SeededRandom): PostedJoin[] {
  return Array.from({ length: count }, (_, index) => {
    const givenName = `Q${letters(index)}`;
    return {
      email: `${givenName.toLowerCase()}@example.org`,
      givenName,
      idempotencyKey: random.chance(0.5) ? `faults-${index}-${random.between(0, 1e9)}` : undefined,
      givesUp: random.chance(0.05),
      tries: 0,
      failures: 0,
      answeredId: undefined,
      replayed: false,
    };
  });
}

/**
 * Posts all joins from a number of clients at once, each as a careful web team would: the same post
 * under the same key again, until it is answered.
 *
 * @returns answers that no join may get.
 */
export async function postJoins(
  url: string,
  joins: readonly PostedJoin[],
  options: { clients: number; onAnswer: (answered: number) => void },
): Promise<string[]> {
  const wrong: string[] = [];
  const waiting = [...joins.entries()];
  let answered = 0;
  const client = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, join] = next;
      const complaint = await postUntilAnswered(url, join, index);
      if (complaint !== undefined) wrong.push(complaint);
      answered += 1;
      options.onAnswer(answered);
    }
  };
  await Promise.all(Array.from({ length: options.clients }, client));
  return wrong;
}

async function postUntilAnswered(
  url: string,
  join: PostedJoin,
  index: number,
): Promise<string | undefined> {
  const body = JSON.stringify({
    givenName: join.givenName,
    familyName: 'Example',
    email: join.email,
    postcode: POSTCODES[index % POSTCODES.length],
    consent: { privacyNotice: '2026-11', email: true },
  });
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    ...(join.idempotencyKey === undefined ? {} : { 'idempotency-key': join.idempotencyKey }),
  };
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  while (Date.now() < deadline) {
    join.tries += 1;
    try {
      const answer = await fetch(url, { method: 'POST', headers, body });
      const text = await answer.text();
      if (answer.status === 201) {
        join.answeredId = (JSON.parse(text) as { id: string }).id;
        join.replayed = answer.headers.get('idempotent-replayed') === 'true';
        return undefined;
      }
      // 409: the try that was cut is still running in the database.
      const mayTryAgain = answer.status === 503 || answer.status === 409;
      if (!mayTryAgain) return `${join.email} was answered ${answer.status}: ${text}`;
    } catch {
      // Refused, or cut in the middle: nobody knows whether it was taken.
    }
    join.failures += 1;
    if (join.givesUp) return undefined;
    await pause(RETRY_MILLISECONDS);
  }
  return undefined;
}

/** Five letters, different for every index. */
function letters(index: number): string {
  const digits = [];
  for (let rest = index, place = 0; place < 5; place += 1, rest = Math.floor(rest / 26)) {
    digits.push(String.fromCharCode(97 + (rest % 26)));
  }
  return digits.reverse().join('');
}
