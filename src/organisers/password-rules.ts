import { Injectable } from '@nestjs/common';
import { DEMO_PASSWORD } from '../platform/config/configuration.js';
import type { PasswordEstimator } from './password-estimator.js';

/** In characters as people count them (NIST SP 800-63B-4, 3.1.1.2: at least 8, and 64 possible). */
export const PASSWORD_LENGTH = { min: 12, max: 128 };

/**
 * Only the beginning is looked at: what is strong there is strong. The time that a hostile password
 * takes grows with the square of its length, and this keeps it to some tens of milliseconds.
 */
const LOOKED_AT = 40;

/** Of five grades, 0 to 4: more than 10^10 guesses, for somebody who knows how people choose. */
const LEAST_GRADE = 4;

/** Words that anybody would try here first. */
const OUR_WORDS = ['branchline'];
/** So many letters and digits have to be left when those words are taken away. */
const LEAST_LEFT = 8;
/** What is shorter stands in too many words to mean anything. */
const SHORTEST_WORD = 3;
/** Names are bounded before they come here; this bounds the work whatever came. */
const MOST_WORDS = 50;

/** What is wrong with a password, and what to do instead. */
export interface PasswordFault {
  /** `too_short`, `too_long`, `personal_password` or `common_password`. */
  readonly code: string;
  readonly message: string;
}

const INSTEAD =
  'Take four or more words that have nothing to do with each other, or let a password manager make one.';

/**
 * Which passwords may be chosen: long ones that are not easily guessed. There is no rule about
 * digits or signs, and none expires (NIST SP 800-63B-4, 3.1.1.2). How easily one is guessed is
 * estimated by zxcvbn with its list of 49,000 leaked passwords; both are loaded with the first
 * password that somebody chooses, and in processes where nobody does never.
 */
@Injectable()
export class PasswordRules {
  private estimator: Promise<PasswordEstimator> | undefined;

  /**
   * What is wrong with a password; undefined for a good one.
   *
   * @param about names and addresses that others would try first: the person's, the organisation's.
   */
  async faultOf(password: string, about: readonly string[]): Promise<PasswordFault | undefined> {
    const typed = password.normalize('NFKC');
    const length = Array.from(typed).length;
    const { min, max } = PASSWORD_LENGTH;
    if (length < min || length > max) {
      return {
        code: length < min ? 'too_short' : 'too_long',
        message: `A password has ${min} to ${max} characters. ${INSTEAD}`,
      };
    }
    if (typed === DEMO_PASSWORD) {
      return {
        code: 'common_password',
        message: `This is the password of the demo organisation. ${INSTEAD}`,
      };
    }
    const words = wordsOf(about);
    if (isMadeOf(words, typed)) {
      return {
        code: 'personal_password',
        message: `This is made of a name or an address that others would try first. ${INSTEAD}`,
      };
    }
    const estimator = await this.loaded();
    return estimator.gradeOf(typed.slice(0, LOOKED_AT), words) >= LEAST_GRADE
      ? undefined
      : { code: 'common_password', message: `This is too easily guessed. ${INSTEAD}` };
  }

  private loaded(): Promise<PasswordEstimator> {
    return (this.estimator ??= load());
  }
}

async function load(): Promise<PasswordEstimator> {
  const { PasswordEstimator: Estimator } = await import('./password-estimator.js');
  return new Estimator(LOOKED_AT);
}

/** The words of names and addresses, whole and apart: `Kim Jones` is kim, jones and kimjones. */
function wordsOf(about: readonly string[]): string[] {
  const words = [...OUR_WORDS];
  for (const one of about) {
    const apart = one
      .slice(0, 254)
      .toLowerCase()
      .normalize('NFKC')
      .split(/[^\p{L}\p{N}]+/u);
    words.push(apart.join(''), ...apart);
  }
  return [...new Set(words.filter((word) => word.length >= SHORTEST_WORD))].slice(0, MOST_WORDS);
}

/** Whether hardly anything is left of a password without these words. */
function isMadeOf(words: readonly string[], password: string): boolean {
  let rest = lettersOf(password);
  const before = rest.length;
  // The longest first: what is left of `kimjones` without `kim` would not be found.
  for (const word of words.toSorted((one, other) => other.length - one.length)) {
    rest = rest.replaceAll(word, '');
  }
  return rest.length < before && rest.length < LEAST_LEFT;
}

function lettersOf(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');
}
