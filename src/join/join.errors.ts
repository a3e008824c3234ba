import { Problem } from '../platform/http/problem.js';

/** 422: the same key came with another input. */
export class IdempotencyKeyReused extends Problem {
  constructor() {
    const message = 'Use a new, random key for every new submission.';
    super({
      status: 422,
      code: 'idempotency_key_reused',
      title: 'This Idempotency-Key was used for something else',
      detail: message,
      errors: [{ path: 'Idempotency-Key', code: 'idempotency_key_reused', message }],
    });
  }
}

/** 409: the first request with this key has not ended yet. */
export class RequestInProgress extends Problem {
  constructor() {
    super({
      status: 409,
      code: 'request_in_progress',
      title: 'The first request with this key is still running',
      detail: 'Wait a moment and send it again with the same key.',
      headers: { 'Retry-After': '1' },
    });
  }
}

/** 422: too young to join. Nothing of the post is kept, and nothing of it is logged. */
export class UnderMinimumAge extends Problem {
  constructor(age: number) {
    const message = `Thank you for wanting to join. You can join from the age of ${age}, so we have not kept anything that you typed. We would love to hear from you then.`;
    super({
      status: 422,
      code: 'under_minimum_age',
      title: 'You cannot join yet',
      detail: message,
      errors: [{ path: 'dateOfBirth', code: 'under_minimum_age', message }],
    });
  }
}

/** 422: the post names a form that this installation does not have. */
export class UnknownForm extends Problem {
  constructor() {
    const message = 'There is no form of this name.';
    super({
      status: 422,
      code: 'invalid_input',
      title: 'Some of the input needs to be put right',
      detail: message,
      errors: [{ path: 'formId', code: 'unknown_form', message }],
    });
  }
}

/** 422: the key itself is malformed. */
export class InvalidIdempotencyKey extends Problem {
  constructor() {
    const message = 'An Idempotency-Key has 1 to 255 printable ASCII characters.';
    super({
      status: 422,
      code: 'invalid_input',
      title: 'Some of the input needs to be put right',
      detail: message,
      errors: [{ path: 'Idempotency-Key', code: 'invalid_idempotency_key', message }],
    });
  }
}
