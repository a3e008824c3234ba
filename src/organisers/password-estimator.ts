import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

/**
 * How easily a password is guessed, by somebody who knows how people choose: a grade from 0 to 4.
 * Importing this file costs some sixty milliseconds and 25 MB, which is why `PasswordRules` does
 * it with the first password that somebody chooses.
 */
export class PasswordEstimator {
  private readonly zxcvbn: ZxcvbnFactory;

  /** @param longest characters that are looked at; a text beyond them is not. */
  constructor(longest: number) {
    this.zxcvbn = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: longest });
  }

  /** @param words that others would try first, such as the person's name. */
  gradeOf(password: string, words: string[]): number {
    return this.zxcvbn.check(password, words).score;
  }
}
