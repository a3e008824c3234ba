import { setTimeout as pause } from 'node:timers/promises';
import type { PostedJoin } from './book.js';
import type { SeededRandom } from './seeded-random.js';

/** How long a join is posted again and again before it counts as unanswered. */
const PATIENCE_MILLISECONDS = 60_000;
/** No try may wait longer: a statement is stopped after 15 seconds, and the caller hears of it. */
const ANSWER_MILLISECONDS = 20_000;
const RETRY_MILLISECONDS = 50;
/** Postcodes all over the organisation: many units get notices, and one branch is not the only one. */
const POSTCODES = ['M14 5RX', 'LS6 2AA', 'CF10 1EP', 'SW1A 1AA', 'EH1 1YZ', 'BT1 5GS', 'NR1 3JU'];

export interface PostingOptions {
  readonly clients: number;
  /** Longest pause of a client before its next join, in milliseconds. */
  readonly pauseMilliseconds: number;
  /** Which APIs; all of them in turn unless given. */
  readonly urls?: readonly string[];
}

/**
 * Posts joins as careful web teams would: the same post under the same key again, at the other API
 * where one is away, until it is answered. What it heard stands in `joins` and `wrongAnswers`.
 */
export class JoinPoster {
  readonly joins: PostedJoin[] = [];
  /** Answers that no join may get. */
  readonly wrongAnswers: string[] = [];

  constructor(
    private readonly urls: readonly string[],
    private readonly random: SeededRandom,
    private readonly onAnswer: () => void,
  ) {}

  /** Draws up so many new people, posts their joins, and resolves when each is answered. */
  async post(count: number, options: PostingOptions): Promise<PostedJoin[]> {
    const waiting = Array.from({ length: count }, () => this.draw());
    const drawn = waiting.map(({ join }) => join);
    const client = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await pause(this.random.between(0, options.pauseMilliseconds));
        await this.postUntilAnswered(next, options.urls ?? this.urls);
        this.onAnswer();
      }
    };
    await Promise.all(Array.from({ length: options.clients }, client));
    return drawn;
  }

  /** Every second one sends an Idempotency-Key, every twentieth gives up. */
  private draw(): { join: PostedJoin; index: number } {
    const index = this.joins.length;
    const givenName = `Q${letters(index)}`;
    const join: PostedJoin = {
      email: `${givenName.toLowerCase()}@example.org`,
      givenName,
      idempotencyKey: this.random.chance(0.5)
        ? `faults-${index}-${this.random.between(0, 1e9)}`
        : undefined,
      givesUp: this.random.chance(0.05),
      tries: 0,
      cuts: 0,
      unavailable: 0,
      answeredId: undefined,
      replayed: false,
    };
    this.joins.push(join);
    return { join, index };
  }

  private async postUntilAnswered(
    { join, index }: { join: PostedJoin; index: number },
    urls: readonly string[],
  ): Promise<void> {
    const request = requestFor(join, index);
    const deadline = Date.now() + PATIENCE_MILLISECONDS;
    while (Date.now() < deadline) {
      const url = urls[(index + join.tries) % urls.length];
      join.tries += 1;
      const signal = AbortSignal.timeout(ANSWER_MILLISECONDS);
      try {
        const answer = await fetch(`${url}/v1/join`, { ...request, signal });
        if (this.heard(join, answer, await answer.text())) return;
      } catch {
        // Refused, or cut in the middle: nobody knows whether it was taken.
        join.cuts += 1;
        if (signal.aborted) this.complain(join, `no answer in ${ANSWER_MILLISECONDS} ms`);
      }
      if (join.givesUp) return;
      await pause(RETRY_MILLISECONDS);
    }
  }

  /** Notes an answer. @returns whether it is the last word. */
  private heard(join: PostedJoin, answer: Response, text: string): boolean {
    switch (answer.status) {
      case 201:
        join.answeredId = (JSON.parse(text) as { id: string }).id;
        join.replayed = answer.headers.get('idempotent-replayed') === 'true';
        return true;
      case 503:
        join.unavailable += 1;
        if (!/^[1-9]\d*$/.test(answer.headers.get('retry-after') ?? '')) {
          this.complain(join, `503 without a Retry-After: ${text}`);
        }
        return false;
      case 409:
        // The try that was cut is still running in the database.
        return false;
      default:
        this.complain(join, `${answer.status}: ${text}`);
        return true;
    }
  }

  private complain(join: PostedJoin, what: string): void {
    this.wrongAnswers.push(`${join.email} was answered ${what}`);
  }
}

function requestFor(join: PostedJoin, index: number): RequestInit {
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(join.idempotencyKey === undefined ? {} : { 'idempotency-key': join.idempotencyKey }),
    },
    body: JSON.stringify({
      givenName: join.givenName,
      familyName: 'Example',
      email: join.email,
      postcode: POSTCODES[index % POSTCODES.length],
      consent: { privacyNotice: '2026-11', email: true },
    }),
  };
}

/** Five letters, different for every index. */
function letters(index: number): string {
  const digits = [];
  for (let rest = index, place = 0; place < 5; place += 1, rest = Math.floor(rest / 26)) {
    digits.push(String.fromCharCode(97 + (rest % 26)));
  }
  return digits.reverse().join('');
}
