import { Controller, Get, Header, Param, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Answers } from '../platform/http/answers.decorator.js';
import { HtmlPage, RateLimit } from '../platform/http/route-decorators.js';
import { ConfirmationService, type ConfirmationState } from './confirmation.service.js';
import { JoinPages } from './join-pages.js';

const tokenParameterSchema = z.object({ token: z.string().min(1).max(256) });
type TokenParameter = z.output<typeof tokenParameterSchema>;

/** The link of the acknowledgement: shows, then confirms the address. */
@ApiTags('Join')
@Controller('v1/confirm/:token')
@HtmlPage()
@RateLimit({ name: 'confirm', per: 'address', points: 60, seconds: 60 })
export class ConfirmationController {
  constructor(
    private readonly confirmation: ConfirmationService,
    private readonly pages: JoinPages,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Show what is to be confirmed; changes nothing' })
  @Answers(200, undefined, 'A page with a button')
  @Header('X-Robots-Tag', 'noindex')
  async show(
    @Param({ schema: tokenParameterSchema }) { token }: TokenParameter,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.answer(reply, await this.confirmation.show(token));
  }

  @Post()
  @ApiOperation({ summary: 'Confirm the address' })
  @Answers(200, undefined, 'A page that says thank you')
  @Header('X-Robots-Tag', 'noindex')
  async confirm(
    @Param({ schema: tokenParameterSchema }) { token }: TokenParameter,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.answer(reply, await this.confirmation.confirm(token));
  }

  private answer(reply: FastifyReply, found: ConfirmationState): void {
    void reply
      .code(found.state === 'unknown' ? 404 : 200)
      .header('content-type', 'text/html; charset=utf-8')
      .send(this.pages.confirmation(found));
  }
}
