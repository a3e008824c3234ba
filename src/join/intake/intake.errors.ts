import type { Fault } from '../../platform/http/problem.js';
import { Problem } from '../../platform/http/problem.js';
import { invalidInput } from '../../platform/http/standard-problems.js';

/** 409: what was typed under this number before says something else. */
export class CardTaken extends Problem {
  constructor(card: string, reference: string) {
    super({
      status: 409,
      code: 'card_taken',
      title: 'A card of this number has been taken already',
      detail: `Card ${card} was taken as ${reference}, and says something else. Look at that one, or check the number.`,
      extensions: { reference },
    });
  }
}

/** 409: nothing more belongs to a batch that is closed. */
export class BatchClosed extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'batch_closed',
      title: 'This batch is closed',
      detail: 'Open it again, or put the card into another batch.',
    });
  }
}

/** 422: too young to join. Nothing of what was typed is kept, and nothing of it is logged. */
export class TooYoungToTake extends Problem {
  constructor(age: number) {
    const message = `They can join from the age of ${age}. Nothing that you typed has been kept; please destroy the card, too.`;
    super({
      status: 422,
      code: 'under_minimum_age',
      title: 'They cannot join yet',
      detail: message,
      errors: [{ path: 'dateOfBirth', code: 'under_minimum_age', message }],
    });
  }
}

/** 422: the same for a batch that does not exist and one of units that are not the caller's. */
export function unknownBatch(): Problem {
  const message = 'There is no batch of this id among your units.';
  return invalidInput([{ path: 'batchId', code: 'unknown_batch', message }]);
}

/** 422: the same for somebody who does not exist and somebody of other units. */
export function unknownPerson(): Problem {
  const message = 'There is nobody of this id among your people.';
  return invalidInput([{ path: 'personId', code: 'unknown_person', message }]);
}

/** The fault of a unit that is none of the caller's, or none at all. */
export function unknownUnit(path: 'branch' | 'region'): Fault {
  const message = `There is no open ${path} of this name among your units.`;
  return { path, code: `unknown_${path}`, message };
}
