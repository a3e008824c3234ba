import { NO_CODE } from '../dataset/snapshot-format.js';
import { PostcodeImportRefused } from './import-refused.js';
import { unpackCode } from './packed-text.js';

/** Numbers codes from 0 in the order in which they come. */
export class CodeNumbers {
  private readonly numbers = new Map<number, number>();
  /** Neighbouring rows mostly lie in the same place. */
  private last = { code: 0, number: NO_CODE };

  /** @param what the codes name, for the sentence that refuses too many of them. */
  constructor(private readonly what: string) {}

  /** @param code as `packCode` makes it; 0 is none. */
  numberOf(code: number): number {
    if (code === this.last.code) return this.last.number;
    const number = code === 0 ? NO_CODE : (this.numbers.get(code) ?? this.add(code));
    this.last = { code, number };
    return number;
  }

  /** The codes in the order of their numbers. */
  texts(): string[] {
    return [...this.numbers.keys()].map(unpackCode);
  }

  private add(code: number): number {
    const number = this.numbers.size;
    if (number === NO_CODE) {
      throw new PostcodeImportRefused(
        `There are more than ${NO_CODE} ${this.what}: no release has that.`,
      );
    }
    this.numbers.set(code, number);
    return number;
  }
}
