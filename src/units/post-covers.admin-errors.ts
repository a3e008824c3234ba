import { Problem } from '../platform/http/problem.js';

/** 403: a post is covered by its holder's word, or that of whoever may change it. */
export class MayNotCover extends Problem {
  constructor() {
    super({
      status: 403,
      code: 'may_not_cover',
      title: 'This is not yours to arrange',
      detail: 'Who covers a post is for its holder to say, and for those who may change the post.',
      extensions: { permission: 'cover.write' },
    });
  }
}

/** 409: two people would do the duties of one post at once. */
export class CoverOverlaps extends Problem {
  constructor(coverId: string) {
    super({
      status: 409,
      code: 'cover_overlaps',
      title: 'The post is covered then already',
      detail: 'The two times overlap. Call the other cover off, or begin this one after it.',
      extensions: { coverId },
    });
  }
}
