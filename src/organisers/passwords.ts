import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import { hash, type Options, verify } from '@node-rs/argon2';
import { unavailable } from '../platform/http/standard-problems.js';
import { HashingPlaces } from './hashing-places.js';

/**
 * Argon2id with the parameters that OWASP's Password Storage Cheat Sheet names first among the
 * lower-memory ones: 19 MiB, two passes, one lane.
 */
const PARAMETERS: Options = {
  // Argon2id. The library names it in types alone: its enumeration is empty where it runs.
  algorithm: 2,
  memoryCost: 19 * 1024,
  timeCost: 2,
  parallelism: 1,
};

/** About two seconds' worth of hashing a core; whoever comes later is asked to try again. */
const LONGEST_LINE = 100;

/** One check of a password against a stored hash; tests count them. */
export type VerifyHash = (stored: string, password: string) => Promise<boolean>;

/**
 * Hashes and checks passwords, as many at once as there are cores: a flood of sign-ins then costs
 * time in line, and not 19 MiB each at the same moment.
 */
@Injectable()
export class Passwords {
  private readonly places = new HashingPlaces(availableParallelism(), LONGEST_LINE);
  private dummy: Promise<string> | undefined;
  private verifyHash: VerifyHash = verify;

  /** The same, with another way to verify. */
  static verifyingWith(verifyHash: VerifyHash): Passwords {
    const passwords = new Passwords();
    passwords.verifyHash = verifyHash;
    return passwords;
  }

  /** The hash of a password, in PHC string form. */
  hash(password: string): Promise<string> {
    return this.places.run(() => hash(normalise(password), PARAMETERS), tooBusy);
  }

  /**
   * Whether a password fits the stored hash. Without one (an unknown account) the same work is done
   * on a dummy of the same parameters and the answer is no, so that time does not tell who has an
   * account.
   *
   * @throws Problem 503 when too many are waiting.
   */
  async fits(stored: string | undefined, password: string): Promise<boolean> {
    const dummy = await this.dummyHash();
    const fits = await this.places.run(
      () => this.verifyHash(stored ?? dummy, normalise(password)),
      tooBusy,
    );
    return stored !== undefined && fits;
  }

  /** Made once a process, before it is needed the first time; nobody knows its password. */
  async prepare(): Promise<void> {
    await this.dummyHash();
  }

  private dummyHash(): Promise<string> {
    return (this.dummy ??= hash(randomBytes(32).toString('base64'), PARAMETERS));
  }
}

/** One password has one spelling, whichever keyboard composed its accents (NIST SP 800-63B, 5.1.1.2). */
function normalise(password: string): string {
  return password.normalize('NFKC');
}

function tooBusy(): Error {
  return unavailable(2, 'Too many people are signing in just now. Please try again in a moment.');
}
