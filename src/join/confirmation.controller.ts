import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Answers } from '../platform/http/answers.decorator.js';
import { prefersHtml } from '../platform/http/problem-page.js';
import { HtmlPage, RateLimit } from '../platform/http/route-decorators.js';
import { notFound } from '../platform/http/standard-problems.js';
import { PageRenderer } from '../platform/templates/page-renderer.js';
import { ConfirmationService, type ConfirmationState } from './confirmation.service.js';
import { JoinPages } from './join-pages.js';
import { wantsPage } from '../platform/http/wants-page.js';

const tokenParameterSchema = z.object({ token: z.string().min(1).max(256) });
type TokenParameter = z.output<typeof tokenParameterSchema>;

/** The link of the acknowledgement: shows, then confirms the address. */
@ApiTags('Join')
@Controller('v1/confirm/:token')
@HtmlPage()
@RateLimit({ name: 'confirm', per: 'address', points: 60, seconds: 60, exact: true })
export class ConfirmationController {
  constructor(
    private readonly confirmation: ConfirmationService,
    private readonly pages: JoinPages,
    private readonly renderer: PageRenderer,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Show what is to be confirmed; changes nothing' })
  @Answers(200, undefined, 'A page with a button')
  async show(
    @Param({ schema: tokenParameterSchema }) { token }: TokenParameter,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.answer(request, reply, await this.confirmation.show(token));
  }

  @Post()
  @ApiOperation({ summary: 'Confirm the address' })
  @Answers(200, undefined, 'A page that says thank you')
  async confirm(
    @Param({ schema: tokenParameterSchema }) { token }: TokenParameter,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.answer(request, reply, await this.confirmation.confirm(token));
  }

  /** A page; of an unknown link a problem document for whoever asked for no page. */
  private async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    found: ConfirmationState,
  ): Promise<void> {
    const isForPeople = wantsPage(request) || prefersHtml(request.headers.accept);
    if (found.state === 'unknown' && !isForPeople) {
      throw notFound('We do not know this link: it may have been copied by halves.');
    }
    await this.renderer.send(reply, this.pages.confirmationPage(found));
  }
}
