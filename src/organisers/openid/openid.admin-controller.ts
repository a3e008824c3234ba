import { Body, Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Answers } from '../../platform/http/answers.decorator.js';
import { clientAddressOf } from '../../platform/http/client-address.js';
import { HtmlPage, RateLimit } from '../../platform/http/route-decorators.js';
import { SignsIn } from '../admin-route.decorators.js';
import { sessionSchema } from '../sessions.schemas.js';
import type { SignInOrigin } from '../session-opening.js';
import { OpenIdPages } from './openid-pages.js';
import { OpenIdSignInService } from './openid-sign-in.service.js';
import {
  openIdCallbackQuerySchema,
  openIdProviderSchema,
  openIdSignInSchema,
  openIdStartQuerySchema,
  type OpenIdCallbackQuery,
  type OpenIdSignIn,
  type OpenIdStartQuery,
} from './openid.schemas.js';

const SIGN_IN_LIMIT = RateLimit({
  name: 'sign-in',
  per: 'address',
  points: ({ environment }) => environment.RATE_LIMIT_SIGN_IN_PER_ADDRESS,
  seconds: 60,
  exact: true,
});
/** Of pages that a browser passes through; a person presses a button again. */
const BROWSER_LIMIT = RateLimit({
  name: 'openid',
  per: 'address',
  points: 60,
  seconds: 60,
  exact: true,
});

@ApiTags('Sessions')
@Controller('v1/admin/sessions/openid')
export class OpenIdAdminController {
  constructor(
    private readonly signIns: OpenIdSignInService,
    private readonly pages: OpenIdPages,
  ) {}

  @Get()
  @SignsIn()
  @BROWSER_LIMIT
  @ApiOperation({ summary: 'The provider of identities to sign in by; 404 where there is none' })
  @Answers(200, openIdProviderSchema, 'What to write on the button, and where it leads')
  describe() {
    return this.signIns.describe();
  }

  @Get('start')
  @SignsIn()
  @HtmlPage()
  @BROWSER_LIMIT
  @ApiOperation({
    summary: 'Send a browser to the provider of identities',
    description:
      'A console sends the browser here with the SHA-256 of a random verifier that it keeps (in ' +
      '`sessionStorage`, say). The browser comes back to the console with `#openIdCode=…`, which ' +
      'the console exchanges with `POST /v1/admin/sessions/openid` within a minute.',
  })
  @Answers(302, undefined, 'On to the provider')
  async start(
    @Query({ schema: openIdStartQuerySchema }) { challenge }: OpenIdStartQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.pages.send(reply, await this.signIns.start(challenge));
  }

  @Get('callback')
  @SignsIn()
  @HtmlPage()
  @BROWSER_LIMIT
  @ApiOperation({ summary: 'Where the provider sends the browser back to' })
  @Answers(302, undefined, 'On to the console; a page where none is configured')
  async comeBack(
    @Query({ schema: openIdCallbackQuerySchema }) _query: OpenIdCallbackQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const [, query = ''] = request.url.split('?', 2);
    const answer = await this.signIns.comeBack(request.headers.cookie, query, originOf(request));
    await this.pages.send(reply, answer);
  }

  @Post()
  @SignsIn()
  @SIGN_IN_LIMIT
  @ApiOperation({
    summary: 'Exchange the code of a sign-in by the provider for a session',
    description:
      'As `POST /v1/admin/sessions`, second factor included, unless the provider’s stands in for ' +
      'it. After a 401 `second_factor_required` the code still serves for the rest of its minute.',
  })
  @Answers(201, sessionSchema, 'A session that lasts twelve hours')
  exchange(
    @Body({ schema: openIdSignInSchema }) input: OpenIdSignIn,
    @Req() request: FastifyRequest,
  ) {
    return this.signIns.exchange(input, originOf(request));
  }
}

function originOf(request: FastifyRequest): SignInOrigin {
  return { address: clientAddressOf(request), client: request.headers['user-agent'] };
}
