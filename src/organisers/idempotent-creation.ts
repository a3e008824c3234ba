import { Injectable } from '@nestjs/common';
import { Database, type OrganiserManager } from '../platform/database/database.js';
import {
  IdempotencyKeyReused,
  RequestInProgress,
  requestFingerprint,
} from '../platform/http/idempotency.js';
import { IdempotentCreationRepository } from './idempotent-creation.repository.js';
import type { SignedInOrganiser } from './signed-in-organiser.js';

/** What an organiser asks to be made. */
export interface CreationRequest {
  /** Names the route; keys of different routes have nothing to do with one another. */
  readonly route: string;
  /** The `Idempotency-Key`, if one came. */
  readonly key: string | undefined;
  /** The checked input. */
  readonly input: object;
}

export interface Creation<Answer> {
  readonly answer: Answer;
  /** Whether it was made before, and this is what was answered then. */
  readonly replayed: boolean;
}

/** Makes things for organisers; with a key, once. */
@Injectable()
export class IdempotentCreation {
  constructor(
    private readonly database: Database,
    private readonly repository: IdempotentCreationRepository,
  ) {}

  /**
   * Runs `work` in one transaction as the organiser, together with keeping its answer under the
   * key: a crash leaves both or neither. What `work` throws keeps nothing.
   *
   * @throws InvalidIdempotencyKey, IdempotencyKeyReused 422; RequestInProgress 409.
   */
  async run<Answer extends object>(
    organiser: SignedInOrganiser,
    { route, key, input }: CreationRequest,
    work: (manager: OrganiserManager) => Promise<Answer>,
  ): Promise<Creation<Answer>> {
    const fingerprint = key === undefined ? undefined : requestFingerprint(key, input);
    // The policy of kept answers reads the organiser out of the scope.
    const scope = `admin:${organiser.organiserId}:${route}`;
    return this.database.asOrganiser(organiser, async (manager) => {
      if (fingerprint === undefined) return { answer: await work(manager), replayed: false };
      const begun = await this.repository.begin<Answer>(manager, scope, fingerprint);
      switch (begun.outcome) {
        case 'replay':
          return { answer: begun.response, replayed: true };
        case 'reused':
          throw new IdempotencyKeyReused();
        case 'in_progress':
          throw new RequestInProgress();
        case 'new': {
          const answer = await work(manager);
          await this.repository.keep(manager, scope, fingerprint, answer);
          return { answer, replayed: false };
        }
      }
    });
  }
}
