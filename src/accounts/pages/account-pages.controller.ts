import { Body, Controller, Get, Header, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Answers } from '../../platform/http/answers.decorator.js';
import { clientAddressOf } from '../../platform/http/client-address.js';
import { describeBody } from '../../platform/http/openapi-schemas.js';
import { prefersHtml } from '../../platform/http/problem-page.js';
import { HtmlPage, RateLimit } from '../../platform/http/route-decorators.js';
import { wantsPage } from '../../platform/http/wants-page.js';
import { PageRenderer } from '../../platform/templates/page-renderer.js';
import { ASKING_LIMIT } from '../passwords/asking-limit.js';
import { resetRequestSchema } from '../passwords/password-resets.schemas.js';
import type { AccountPage } from './account-page.js';
import { AccountPagesService } from './account-pages.service.js';
import { newPasswordPressSchema } from './account-press.schemas.js';

/** The pages of an organiser's own account: accepting an invitation, choosing a new password. */
@ApiTags('Account')
@Controller()
@HtmlPage()
@RateLimit({ name: 'account', per: 'address', points: 60, seconds: 60, exact: true })
export class AccountPagesController {
  constructor(
    private readonly account: AccountPagesService,
    private readonly pages: PageRenderer,
  ) {}

  @Get('account/forgotten')
  @ApiOperation({ summary: 'Where an organiser asks for a new password' })
  @Answers(200, undefined, 'A page with a form')
  async forgotten(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.answer(this.account.forgotten(), request, reply);
  }

  @Post('account/forgotten')
  @RateLimit(ASKING_LIMIT)
  @ApiOperation({
    summary: 'Ask for a link that sets a new password',
    description: 'Answers the same, in the same time, whether or not there is an account.',
  })
  @ApiConsumes('application/x-www-form-urlencoded', 'application/json')
  @ApiBody(describeBody(resetRequestSchema))
  @Answers(200, undefined, 'A page that says what happens now')
  async ask(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.answer(await this.account.ask(body), request, reply);
  }

  // Not below `account/`, where a POST would be one on a link.
  @Get('account-ready')
  @ApiOperation({ summary: 'What is shown after a press that counted' })
  @Answers(200, undefined, 'A page')
  async done(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.answer(this.account.done(), request, reply);
  }

  @Get('account/:token')
  @ApiOperation({ summary: 'The page of an invitation or of a new password; changes nothing' })
  @Answers(200, undefined, 'A page with a form')
  @Header('X-Robots-Tag', 'noindex, nofollow')
  async show(
    @Param('token') token: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.answer(await this.account.show(token), request, reply);
  }

  @Post('account/:token')
  @RateLimit({ name: 'account-press', per: 'address', points: 20, seconds: 60, exact: true })
  @ApiOperation({
    summary: 'Accept the invitation, or set the new password',
    description:
      'With the password that was chosen, twice; for an invitation to an account that exists, with ' +
      'its own password, once.',
  })
  @ApiConsumes('application/x-www-form-urlencoded', 'application/json')
  @ApiBody(describeBody(newPasswordPressSchema))
  @Answers(303, undefined, 'It is done; a page says so')
  @Header('X-Robots-Tag', 'noindex, nofollow')
  async press(
    @Param('token') token: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const answer = await this.account.press(token, body, clientAddressOf(request));
    if (answer !== 'seeOther') return this.answer(answer, request, reply);
    await reply.status(303).header('location', '/account-ready').send();
  }

  /** A page; for whoever asked for none, what went wrong as a problem document. */
  private async answer(
    { page, problem }: AccountPage,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const isForPerson = wantsPage(request) || prefersHtml(request.headers.accept);
    if (problem !== undefined && !isForPerson) throw problem;
    await this.pages.send(reply, page);
  }
}
