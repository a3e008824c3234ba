import { createHash, createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Challenge, createChallenge, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { Configuration } from '../../platform/config/configuration.js';
import { Clock } from '../../platform/time/clock.js';
import type { Form } from '../forms/form.js';
import { challengePayloadSchema } from './join-challenge.schemas.js';

const ALGORITHM = 'PBKDF2/SHA-256';
/**
 * Iterations of one try: some milliseconds. Few dear tries and not many cheap ones, since each is a
 * trip between threads of a browser. The server makes one of them, when a solution comes.
 */
const COST = 20_000;
/** What the key has to begin with, hexadecimal: one try in sixteen does, so that it takes as many. */
const KEY_PREFIX = '0';
/** As long as somebody may sit before a form; a page asks for another in time. */
const LIFETIME_SECONDS = 3600;

/** What came of a challenge. Only one that was solved is worth a follow-up. */
export type ChallengeCheck =
  | {
      readonly result: 'solved';
      /** Of the challenge, hexadecimal: it is spent with the join. */
      readonly hash: string;
      readonly expiresAt: Date;
    }
  | { readonly result: 'missing' | 'wrong' | 'expired' | 'spent' };

/**
 * Proof of work by ALTCHA's format and library, all on our own server: whoever posts has let a
 * machine reckon for a moment first, which is nothing for one person and much for a flood.
 */
@Injectable()
export class JoinChallenge {
  private readonly hmacSignatureSecret: string;

  constructor(
    { environment }: Configuration,
    private readonly clock: Clock,
  ) {
    this.hmacSignatureSecret = createHmac('sha256', environment.LINK_SECRET)
      .update('branchline join challenge')
      .digest('hex');
  }

  /** A new challenge, good for one post of this form within the hour. */
  make(form: Form): Promise<Challenge> {
    return createChallenge({
      algorithm: ALGORITHM,
      cost: COST,
      data: { formId: form.id },
      deriveKey,
      expiresAt: Math.floor(this.clock.now().getTime() / 1000) + LIFETIME_SECONDS,
      hmacSignatureSecret: this.hmacSignatureSecret,
      keyPrefix: KEY_PREFIX,
    });
  }

  /**
   * What came of the challenge of a post; null where the form asks for none. Whether it was spent
   * before only the join's own statement can say.
   */
  async check(form: Form, altcha: string | undefined): Promise<ChallengeCheck | null> {
    if (!form.asksChallenge) return null;
    if (altcha === undefined || altcha === '') return { result: 'missing' };
    const payload = readPayload(altcha);
    if (payload === undefined) return { result: 'wrong' };
    const { challenge, solution } = payload;
    const { expiresAt, data } = challenge.parameters;
    if (data.formId !== form.id) return { result: 'wrong' };
    const expiry = new Date(expiresAt * 1000);
    if (!(expiry > this.clock.now())) return { result: 'expired' };
    const { verified } = await verifySolution({
      challenge,
      solution,
      deriveKey,
      hmacSignatureSecret: this.hmacSignatureSecret,
    });
    if (!verified) return { result: 'wrong' };
    const hash = createHash('sha256').update(challenge.signature).digest('hex');
    return { result: 'solved', hash, expiresAt: expiry };
  }
}

function readPayload(altcha: string) {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(altcha, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
  const read = challengePayloadSchema.safeParse(value);
  return read.success ? read.data : undefined;
}
