import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Configuration } from '../platform/config/configuration.js';
import { Answers } from '../platform/http/answers.decorator.js';
import { HtmlPage, RateLimit } from '../platform/http/route-decorators.js';
import { valueAt } from '../platform/http/schema-faults.js';
import { BranchPages } from './branch-pages.js';
import { FinderPageSender } from './finder-page-sender.js';

/** The pages that find a branch. They need no JavaScript, and ask the database for nothing. */
@ApiTags('Branches')
@Controller('branches')
@HtmlPage()
@RateLimit({
  name: 'lookup',
  per: 'address',
  points: ({ environment }: Configuration) => environment.RATE_LIMIT_LOOKUP_PER_ADDRESS,
  seconds: 60,
})
export class BranchPagesController {
  constructor(
    private readonly pages: BranchPages,
    private readonly sender: FinderPageSender,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'The page that finds a branch',
    description:
      'A box for a postcode and all branches; with `postcode` the branch that looks after it. What is no postcode is a 422 page with the box still filled.',
  })
  @ApiQuery({ name: 'postcode', required: false, schema: { type: 'string', example: 'M14 5RX' } })
  @Answers(200, undefined, 'The page')
  async finder(
    @Query() query: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.sender.send(request, reply, this.pages.finder(postcodeIn(query)));
  }

  @Get(':slug')
  @ApiOperation({ summary: 'The page of a branch' })
  @ApiParam({ name: 'slug', schema: { type: 'string', example: 'manchester-south' } })
  @Answers(200, undefined, 'When it meets, and whom to ask; of an unknown branch a 404 page')
  async branch(
    @Param('slug') slug: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.sender.send(request, reply, this.pages.branch(slug));
  }
}

/** What was typed, of several the last; undefined: nothing was asked. */
function postcodeIn(query: unknown): string | undefined {
  const value = valueAt(query, ['postcode']);
  const last: unknown = Array.isArray(value) ? value.at(-1) : value;
  return typeof last === 'string' ? last : undefined;
}
