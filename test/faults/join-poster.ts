import { setTimeout as pause } from 'node:timers/promises';
import type { JoinAnswer } from '../../src/join/join.schemas.js';
import { answersTo, type PostedJoin, type Try } from './book.js';
import { drawJoin, requestFor } from './draw-join.js';
import type { SeededRandom } from './seeded-random.js';

/** How long a join is posted again and again before it counts as unanswered. */
const PATIENCE_MILLISECONDS = 240_000;
/** No try may wait longer: a statement is stopped after 15 seconds, and the caller hears of it. */
const ANSWER_MILLISECONDS = 20_000;
const RETRY_MILLISECONDS = 50;

/** Where joins are posted. */
export interface PostedTo {
  /** `api-0` */
  readonly name: string;
  readonly url: string;
}

export interface PostingOptions {
  readonly clients: number;
  /** Longest pause of a client before its next join, in milliseconds. */
  readonly pauseMilliseconds: number;
  /** Which APIs; all of them in turn unless given. */
  readonly apis?: readonly PostedTo[];
}

/** A join that is being posted. */
interface Posting extends PostedJoin {
  readonly index: number;
  readonly tries: Try[];
}

/**
 * Posts joins as careful web teams would: the same post under the same key again, at the other API
 * where one is away, until it is answered. What it heard stands in `joins` and `wrongAnswers`.
 */
export class JoinPoster {
  /** Answers that no join may get. */
  readonly wrongAnswers: string[] = [];
  private readonly postings: Posting[] = [];

  constructor(
    private readonly apis: readonly PostedTo[],
    private readonly random: SeededRandom,
    private readonly onAnswer: () => void,
  ) {}

  get joins(): readonly PostedJoin[] {
    return this.postings;
  }

  /** Draws up so many new people, posts their joins, and resolves when each is answered. */
  async post(count: number, options: PostingOptions): Promise<void> {
    const waiting = Array.from({ length: count }, () => this.draw());
    const client = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await pause(this.random.between(0, options.pauseMilliseconds));
        await this.postUntilAnswered(next, options.apis ?? this.apis);
        this.onAnswer();
      }
    };
    await Promise.all(Array.from({ length: options.clients }, client));
  }

  /** Whether a try that ended since then was answered 503. */
  hasHeardUnavailable(since: number): boolean {
    return this.postings.some(({ tries }) =>
      tries.some(({ outcome, endedAt }) => outcome === 'unavailable' && endedAt >= since),
    );
  }

  private draw(): Posting {
    const index = this.postings.length;
    const posting: Posting = { ...drawJoin(index, this.random), index, tries: [] };
    this.postings.push(posting);
    return posting;
  }

  private async postUntilAnswered(join: Posting, apis: readonly PostedTo[]): Promise<void> {
    const request = requestFor(join);
    const wanted = join.asksAgain ? 2 : 1;
    const deadline = Date.now() + PATIENCE_MILLISECONDS;
    while (Date.now() < deadline) {
      const api = apis[(join.index + join.tries.length) % apis.length];
      if (api === undefined) throw new Error('there is no API to post to');
      const tried = await this.try(join, api, request);
      join.tries.push(tried);
      if (tried.outcome === 'wrong') return;
      const answered = answersTo(join).length;
      if (answered === wanted || (answered === 0 && join.givesUp)) return;
      if (tried.outcome !== 'answered') await pause(RETRY_MILLISECONDS);
    }
  }

  private async try(join: PostedJoin, api: PostedTo, request: RequestInit): Promise<Try> {
    const begunAt = Date.now();
    const signal = AbortSignal.timeout(ANSWER_MILLISECONDS);
    const heard = await fetch(`${api.url}/v1/join`, { ...request, signal })
      .then(async (response) => this.judge(join, response, await response.text()))
      .catch((): Pick<Try, 'outcome'> => {
        // Refused, or cut in the middle: nobody knows whether it was taken.
        if (signal.aborted) this.complain(join, `no answer in ${ANSWER_MILLISECONDS} ms`);
        return { outcome: 'cut' };
      });
    return { api: api.name, begunAt, endedAt: Date.now(), ...heard };
  }

  private judge(
    join: PostedJoin,
    response: Response,
    text: string,
  ): Pick<Try, 'outcome' | 'answer'> {
    switch (response.status) {
      case 201: {
        const replayed = response.headers.get('idempotent-replayed') === 'true';
        return { outcome: 'answered', answer: { body: JSON.parse(text) as JoinAnswer, replayed } };
      }
      case 503:
        if (!/^[1-9]\d*$/.test(response.headers.get('retry-after') ?? '')) {
          this.complain(join, `503 without a Retry-After: ${text}`);
        }
        return { outcome: 'unavailable' };
      case 409:
        // The try that was cut is still running in the database.
        return { outcome: 'in_progress' };
      default:
        this.complain(join, `${response.status}: ${text}`);
        return { outcome: 'wrong' };
    }
  }

  private complain(join: PostedJoin, what: string): void {
    this.wrongAnswers.push(`${join.email} was answered ${what}`);
  }
}
