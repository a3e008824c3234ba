import { type Fault, Problem } from '../platform/http/problem.js';
import { VISITOR_ADDRESS_HEADER } from './visitor-headers.js';

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

/** A post names a form that this installation does not have. */
export const UNKNOWN_FORM: Fault = {
  path: 'formId',
  code: 'unknown_form',
  message: 'There is no form of this name.',
};

/** A post names a form that takes none any more. */
export const CLOSED_FORM: Fault = {
  path: 'formId',
  code: 'form_closed',
  message: 'This form is closed. There is another one on our own site, which everybody can use.',
};

/** A server says an address of its visitor that is none. */
export const INVALID_VISITOR_ADDRESS: Fault = {
  path: VISITOR_ADDRESS_HEADER,
  code: 'invalid_address',
  message: 'This must be the visitor’s IP address, such as 192.0.2.7 or 2001:db8::7.',
};

/** 403: the form is not of the key's unit, nor of one below it. */
export class FormNotOfKey extends Problem {
  constructor() {
    super({
      status: 403,
      code: 'form_not_allowed',
      title: 'This key may not post this form',
      detail: 'A key posts forms of its own unit and of those below it.',
    });
  }
}
