import { Body, Controller, Get, Header, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Answers } from '../platform/http/answers.decorator.js';
import { prefersHtml } from '../platform/http/problem-page.js';
import { describeBody } from '../platform/http/openapi-schemas.js';
import { HtmlPage, RateLimit } from '../platform/http/route-decorators.js';
import { wantsPage } from '../platform/http/wants-page.js';
import { PageRenderer } from '../platform/templates/page-renderer.js';
import type { DutyPage } from './duty-answer.js';
import { DutyPagesService } from './duty-pages.service.js';
import { dutyPressSchema } from './duty-press.schema.js';

/** An organiser's one-tap page for one duty, from the notice they got. */
@ApiTags('Duties')
@Controller('duties/:token')
@HtmlPage()
@RateLimit({ name: 'duties', per: 'address', points: 60, seconds: 60, exact: true })
export class DutyController {
  constructor(
    private readonly duties: DutyPagesService,
    private readonly pages: PageRenderer,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Show a duty; changes nothing, but each opening is audited' })
  @Answers(200, undefined, 'The page of the duty')
  @Header('X-Robots-Tag', 'noindex, nofollow')
  async show(
    @Param('token') token: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.answer(await this.duties.show(token, request.method === 'HEAD'), request, reply);
  }

  @Post()
  @ApiOperation({
    summary: 'Press one of the four buttons of a duty',
    description: 'Answers 303 to the page itself.',
  })
  @ApiConsumes('application/x-www-form-urlencoded', 'application/json')
  @ApiBody(describeBody(dutyPressSchema))
  @Answers(303, undefined, 'The press counted; the page says what came of it')
  @ApiResponse({ status: 200, description: 'The duty was closed before; its page says so' })
  @Header('X-Robots-Tag', 'noindex, nofollow')
  async press(
    @Param('token') token: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const answer = await this.duties.press(token, body);
    if (answer !== 'seeOther') return this.answer(answer, request, reply);
    await reply.status(303).header('location', `/duties/${token}`).send();
  }

  /** A page; for whoever asked for none, what went wrong as a problem document. */
  private async answer(
    { page, problem }: DutyPage,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const isForPerson = wantsPage(request) || prefersHtml(request.headers.accept);
    if (problem !== undefined && !isForPerson) throw problem;
    await this.pages.send(reply, page);
  }
}
