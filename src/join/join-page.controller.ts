import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Answers } from '../platform/http/answers.decorator.js';
import { HtmlPage } from '../platform/http/route-decorators.js';
import { valueAt } from '../platform/http/schema-faults.js';
import { type Page, PageRenderer } from '../platform/templates/page-renderer.js';
import { UnitDirectory } from '../units/unit-directory.js';
import { notFound } from '../platform/http/standard-problems.js';
import type { Form } from './forms/form.js';
import { FormDirectory } from './forms/form-directory.js';
import { JoinPages } from './join-pages.js';

/** The pages are the same for everybody; short, so that a new privacy notice is soon on show. */
const CACHED = 'public, max-age=300';
/** But not one with a postcode in its address. */
const PRIVATE = { 'cache-control': 'private, no-store', 'x-robots-tag': 'noindex' };

/** The hosted join forms and their thank-you page. They ask the database for nothing, as a rule. */
@ApiTags('Join')
@Controller('join')
@HtmlPage()
export class JoinPageController {
  constructor(
    private readonly pages: JoinPages,
    private readonly forms: FormDirectory,
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
    await this.answerForm(reply, query, this.forms.own);
  }

  @Get('thanks')
  @ApiOperation({ summary: 'Where a form post goes after success' })
  @ApiQuery({
    name: 'check',
    required: false,
    schema: { type: 'string', enum: ['by-hand'] },
    description: 'Where a person looks at it first',
  })
  @Answers(200, undefined, 'A page that says thank you, without anything personal')
  async thanks(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    await this.answer(reply, this.pages.thanksPage(valueAt(query, ['check']) === 'by-hand'));
  }

  @Get(':slug')
  @ApiOperation({
    summary: 'A hosted join form with its own questions',
    description: 'Takes the same parameters as `/join`.',
  })
  @ApiParam({ name: 'slug', schema: { type: 'string', example: 'renters' } })
  @Answers(200, undefined, 'A page with the form; of a closed form a 404 page that leads on')
  async formOf(
    @Param('slug') slug: string,
    @Query() query: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const form = await this.forms.find(slug);
    if (form === undefined) throw notFound();
    if (form.isClosed) await this.answer(reply, this.pages.closedPage(form));
    else await this.answerForm(reply, query, form);
  }

  private answerForm(reply: FastifyReply, query: unknown, form: Form): Promise<void> {
    const page = this.pages.formPage({ query }, form);
    const isPersonal = valueAt(query, ['postcode']) !== undefined;
    return this.answer(
      reply,
      isPersonal ? { ...page, headers: { ...page.headers, ...PRIVATE } } : page,
    );
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
