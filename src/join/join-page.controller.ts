import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Answers } from '../platform/http/answers.decorator.js';
import { HtmlPage } from '../platform/http/route-decorators.js';
import { valueAt } from '../platform/http/schema-faults.js';
import { type Page, PageRenderer } from '../platform/templates/page-renderer.js';
import { UnitDirectory } from '../units/unit-directory.js';
import { JoinPages } from './join-pages.js';

/** Both pages are the same for everybody; short, so that a new privacy notice is soon on show. */
const CACHED = 'public, max-age=300';
/** But not one with a postcode in its address. */
const PRIVATE = { 'cache-control': 'private, no-store', 'x-robots-tag': 'noindex' };

/** The hosted join form and its thank-you page. Neither asks the database for anything. */
@ApiTags('Join')
@Controller('join')
@HtmlPage()
export class JoinPageController {
  constructor(
    private readonly pages: JoinPages,
    private readonly directory: UnitDirectory,
    private readonly renderer: PageRenderer,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'The hosted join form',
    description:
      'A link may name where it stands: `utm_source`, `utm_medium`, `utm_campaign`, `campaign`, `page` and `referrer` go into the submission’s `source`. `postcode` fills in that field.',
  })
  @Answers(200, undefined, 'A page with the form; it needs no JavaScript')
  async form(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const page = this.pages.formPage({ query });
    const isPersonal = valueAt(query, ['postcode']) !== undefined;
    await this.answer(
      reply,
      isPersonal ? { ...page, headers: { ...page.headers, ...PRIVATE } } : page,
    );
  }

  @Get('thanks')
  @ApiOperation({ summary: 'Where a form post goes after success' })
  @Answers(200, undefined, 'A page that says thank you, without anything personal')
  async thanks(@Res() reply: FastifyReply): Promise<void> {
    await this.answer(reply, this.pages.thanksPage());
  }

  private async answer(reply: FastifyReply, page: Page): Promise<void> {
    // Before an organisation is imported the pages lack its name, and will have it in a moment.
    const cached = this.directory.view.isReady ? CACHED : 'no-store';
    await this.renderer.send(reply, {
      ...page,
      headers: { 'cache-control': cached, ...page.headers },
    });
  }
}
