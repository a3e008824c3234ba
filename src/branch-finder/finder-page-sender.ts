import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { prefersHtml } from '../platform/http/problem-page.js';
import { pagePolicy } from '../platform/templates/page-policy.js';
import { PageRenderer } from '../platform/templates/page-renderer.js';
import type { FinderPage } from './branch-pages.js';

/** Short, so that a branch that moved is soon found where it is. */
const SHARED = 'public, max-age=300';
/**
 * An answer has a postcode in its address and is kept nowhere: not by a cache on the way, and not
 * on a computer that several people use.
 */
const PRIVATE = 'private, no-store';

/** Answers with a page of this feature, with the policy and the caching that it needs. */
@Injectable()
export class FinderPageSender {
  /** What a page became: with thousands of branches the list of all is not written anew each time. */
  private readonly written = new WeakMap<FinderPage, string>();

  constructor(private readonly renderer: PageRenderer) {}

  /** @throws Problem what is wrong, to a program: it asked for no page, and would not read it. */
  async send(request: FastifyRequest, reply: FastifyReply, page: FinderPage): Promise<void> {
    const { problem } = page;
    if (problem !== null && !prefersHtml(request.headers.accept)) throw problem;
    request.problemCode = problem?.code;
    const html = this.written.get(page) ?? this.renderer.render(page.template, page.data);
    if (page.isShared) this.written.set(page, html);
    await reply
      .status(problem?.status ?? 200)
      .headers({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': pagePolicy(html, page.sources),
        // The address of an answer is nobody else's business.
        'referrer-policy': 'no-referrer',
        'cache-control': page.isShared ? SHARED : PRIVATE,
        ...(page.isShared ? { etag: `"${tagOf(html)}"` } : {}),
        ...(page.isListed ? {} : { 'x-robots-tag': 'noindex' }),
        ...problem?.headers,
      })
      .send(html);
  }
}

/** Of the page itself: it changes with the organisation, with its templates and with the settings. */
function tagOf(html: string): string {
  return createHash('sha256').update(html).digest('base64url').slice(0, 22);
}
