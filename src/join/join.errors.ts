import { Problem } from '../platform/http/problem.js';

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
