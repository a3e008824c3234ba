import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { pagePolicy, type PageSources } from './page-policy.js';
import { TemplateFolder } from './template-folder.js';

/** A page for a person, made from `templates/pages/<template>.liquid`. */
export interface Page extends Pick<PageSources, 'formAction' | 'ownFiles' | 'ownConnections'> {
  readonly template: string;
  /** What the template shows; every value is escaped. */
  readonly data: object;
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Renders the pages of `templates/pages/`, all compiled at start. */
@Injectable()
export class PageRenderer {
  private readonly templates = new TemplateFolder('pages', () => true);

  /** The whole document. */
  render(template: string, data: object): string {
    return this.templates.render(template, data);
  }

  /**
   * Answers with a page. Its content security policy allows the page's own `<style>` by its hash,
   * forms to ourselves (and `formAction`), what the page says besides, and nothing else: no inline
   * script, no image, no frame.
   */
  async send(reply: FastifyReply, page: Page): Promise<void> {
    const html = this.render(page.template, page.data);
    await reply
      .status(page.status ?? 200)
      .headers({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'content-security-policy': pagePolicy(html, page),
        ...page.headers,
      })
      .send(html);
  }
}
