import { Problem } from '../../platform/http/problem.js';
import { invalidInput } from '../../platform/http/standard-problems.js';

/** 409: public ids of forms are given once. */
export class FormSlugTaken extends Problem {
  constructor(slug: string) {
    super({
      status: 409,
      code: 'slug_taken',
      title: 'This name in addresses is taken',
      detail: `There is a form “${slug}” already, open or closed. Choose another slug.`,
    });
  }
}

/** 422: no open unit of this id is among those for which the caller may make forms. */
export function unknownUnitOfForm(): Problem {
  const message = 'There is no open unit of this id among yours.';
  return invalidInput([{ path: 'unitId', code: 'unknown_unit', message }]);
}

/** 422: a browser would be sent to a page that may not even post the form. */
export function thankYouElsewhere(): Problem {
  const message = 'The thank-you page has to lie on one of the form’s origins, or on our own.';
  return invalidInput([{ path: 'thankYouUrl', code: 'origin_not_allowed', message }]);
}
