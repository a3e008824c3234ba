import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Allocator } from '../allocation/allocator.js';
import { Configuration } from '../platform/config/configuration.js';
import {
  IdempotencyKeyReused,
  refuseMalformedKey,
  RequestInProgress,
} from '../platform/http/idempotency.js';
import { unavailable } from '../platform/http/standard-problems.js';
import { RateLimiter } from '../platform/http/rate-limiter.js';
import { OutboxService } from '../platform/outbox/outbox.service.js';
import { Clock } from '../platform/time/clock.js';
import { UnitDirectory } from '../units/unit-directory.js';
import { ageOn } from '../people/age.js';
import { JoinChallenge } from './challenge/join-challenge.js';
import { JoinDrafts, type JoinReceipt, looksFirst } from './join-drafts.js';
import { JoinForm } from './join-form.js';
import { UnderMinimumAge } from './join.errors.js';
import { JoinRepository } from './join.repository.js';
import type { JoinAnswer, JoinInput } from './join.schemas.js';
import { PostcodeLocator } from '../postcodes/postcode-locator.js';
import { royalMailPostcode, withSettledPostcode } from '../postcodes/royal-mail-postcode.js';

/**
 * The organisation changed while the answer was drawn up, or a reference was taken: draw again, even
 * while a file of changes is being worked off beside it.
 */
export const MOST_DRAFTS = 20;

/**
 * No answer comes sooner, in milliseconds. For a known person fewer rows are written, which takes a
 * third of a millisecond less; after this time that is over, and an answer tells nothing by its time.
 */
export const SOONEST_ANSWER_MILLISECONDS = 25;

/** How a join was answered. */
export interface AcceptedJoin {
  answer: JoinAnswer;
  replayed: boolean;
  /** Whether a person looks at it before anything else happens. */
  looksFirst: boolean;
}

/** Takes join submissions. */
@Injectable()
export class JoinService {
  constructor(
    private readonly configuration: Configuration,
    private readonly form: JoinForm,
    private readonly directory: UnitDirectory,
    private readonly locator: PostcodeLocator,
    private readonly allocator: Allocator,
    private readonly drafts: JoinDrafts,
    private readonly challenge: JoinChallenge,
    private readonly repository: JoinRepository,
    private readonly outbox: OutboxService,
    private readonly rateLimiter: RateLimiter,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes a submission a person, an allocation, a duty and messages, all or nothing. The answer is
   * computed from the post alone, and takes as long for known and unknown people.
   *
   * @throws UnderMinimumAge, IdempotencyKeyReused, RequestInProgress
   */
  async accept(input: JoinInput, receipt: JoinReceipt): Promise<AcceptedJoin> {
    // Begun before the work: what is left of the time afterwards would tell how long that took.
    const soonest = pause(SOONEST_ANSWER_MILLISECONDS);
    const accepted = await this.take(input, receipt);
    await soonest;
    return accepted;
  }

  private async take(posted: JoinInput, received: JoinReceipt): Promise<AcceptedJoin> {
    const input = withSettledPostcode(posted, this.locator);
    this.refuseTheYoung(input);
    if (received.idempotencyKey !== undefined) refuseMalformedKey(received.idempotencyKey);
    await this.countForForm(received);
    // After the limits, because a solution costs some milliseconds to look at.
    let receipt = { ...received, challenge: await this.checkChallenge(input, received) };
    const postcode = royalMailPostcode(input);
    for (let draft = 1; draft <= MOST_DRAFTS; draft++) {
      const { view } = this.directory;
      if (!view.isReady) break;
      const decision = this.allocator.decide(view, postcode, posted.postcode);
      const rows = this.drafts.draw(input, receipt, view, decision);
      const result = await this.repository.accept(rows);
      switch (result.outcome) {
        case 'new':
          this.outbox.ring();
          return { answer: rows.answer, replayed: false, looksFirst: looksFirst(receipt) };
        case 'replay':
          return { answer: result.response, replayed: true, looksFirst: looksFirst(receipt) };
        case 'reused':
          throw new IdempotencyKeyReused();
        case 'in_progress':
          throw new RequestInProgress();
        case 'stale_directory':
          await this.directory.reload();
          break;
        case 'challenge_spent':
          receipt = { ...receipt, challenge: { result: 'spent' as const } };
          break;
        case 'reference_taken':
          break;
      }
    }
    throw unavailable(1);
  }

  /** A server that has a key vouches for its visitors. */
  private async checkChallenge({ altcha }: JoinInput, { form, apiKeyId }: JoinReceipt) {
    return apiKeyId == null ? this.challenge.check(form ?? this.form, altcha) : null;
  }

  /**
   * From many addresses together a form takes no more than this; exempt networks do not count, nor
   * visitors for whom a server vouches by its key.
   */
  private async countForForm({ address, apiKeyId, form }: JoinReceipt): Promise<void> {
    if (apiKeyId != null) return;
    if (address !== null && this.rateLimiter.isExempt(address)) return;
    await this.rateLimiter.consume('join-form', (form ?? this.form).id, {
      points: this.configuration.environment.RATE_LIMIT_JOIN_PER_FORM,
      seconds: 60,
    });
  }

  private refuseTheYoung({ dateOfBirth }: JoinInput): void {
    const { MINIMUM_AGE } = this.configuration.environment;
    if (dateOfBirth !== undefined && ageOn(dateOfBirth, this.clock.today()) < MINIMUM_AGE) {
      throw new UnderMinimumAge(MINIMUM_AGE);
    }
  }
}
