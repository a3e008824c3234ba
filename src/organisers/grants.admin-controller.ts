import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Answers } from '../platform/http/answers.decorator.js';
import { TakesIdempotencyKey, markReplay } from '../platform/http/idempotency-header.js';
import { entityTag, TakesIfMatch, VersionToChange } from '../platform/http/if-match.js';
import { type IdParameter, idParameterSchema } from '../platform/http/text.schema.js';
import { Needs } from './admin-route.decorators.js';
import {
  endedGrantSchema,
  type GrantChange,
  grantChangeSchema,
  type GrantConfirmation,
  grantConfirmationSchema,
  type GrantEnding,
  grantEndingSchema,
  grantSchema,
  grantsPageSchema,
  type GrantsQuery,
  grantsQuerySchema,
  type NewGrantInput,
  newGrantSchema,
} from './grants.admin-schemas.js';
import { GrantsAdminService } from './grants.admin-service.js';
import { CurrentOrganiser, type SignedInOrganiser } from './signed-in-organiser.js';

@ApiTags('Grants')
@Controller('v1/admin/grants')
export class GrantsAdminController {
  constructor(private readonly grants: GrantsAdminService) {}

  @Get()
  @Needs('grants.read')
  @ApiOperation({
    summary: 'Who holds which role on my units, in the order they were given',
    description: 'A treasurer sees those of treasurers. Your own are among them.',
  })
  @Answers(200, grantsPageSchema, 'A page of grants')
  list(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Query({ schema: grantsQuerySchema }) query: GrantsQuery,
  ) {
    return this.grants.list(organiser, query);
  }

  @Get(':id')
  @Needs('grants.read')
  @ApiOperation({ summary: 'One grant' })
  @Answers(200, grantSchema, 'The grant')
  async read(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return tagged(reply, await this.grants.read(organiser, id));
  }

  @Post()
  @Needs('grants.write')
  @TakesIdempotencyKey()
  @ApiOperation({
    summary: 'Give a role to somebody who has an account',
    description:
      'Of what you hold yourself, to others. The same role on the same unit is not given twice for ' +
      'times that overlap.',
  })
  @Answers(201, grantSchema, 'The grant')
  async give(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Body({ schema: newGrantSchema }) input: NewGrantInput,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { answer, replayed } = await this.grants.give(organiser, input, key);
    return tagged(markReplay(reply, replayed), answer);
  }

  @Patch(':id')
  @Needs('grants.write')
  @TakesIfMatch()
  @ApiOperation({ summary: 'Change when a grant begins (while it has not) or ends' })
  @Answers(200, grantSchema, 'The grant as it is now')
  async change(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @VersionToChange() version: number,
    @Body({ schema: grantChangeSchema }) change: GrantChange,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return tagged(reply, await this.grants.change(organiser, id, version, change));
  }

  @Post(':id/confirm')
  @HttpCode(200)
  @Needs('grants.write')
  @ApiOperation({ summary: 'Let a grant that ends, or is in its grace, go on until another day' })
  @Answers(200, grantSchema, 'The grant as it is now')
  async confirm(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Body({ schema: grantConfirmationSchema }) confirmation: GrantConfirmation,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return tagged(reply, await this.grants.confirm(organiser, id, confirmation));
  }

  @Post(':id/end')
  @HttpCode(200)
  @Needs('grants.write')
  @ApiOperation({
    summary: 'End a grant at once',
    description: 'Without a grace: from this moment on it counts for nothing.',
  })
  @Answers(200, endedGrantSchema, 'The grant as it was, and which posts are to be filled')
  async end(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Body({ schema: grantEndingSchema }) ending: GrantEnding,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return tagged(reply, await this.grants.end(organiser, id, ending));
  }
}

/** Says with an answer of which version it is. */
function tagged<Versioned extends { version: number }>(
  reply: FastifyReply,
  answer: Versioned,
): Versioned {
  void reply.header('ETag', entityTag(answer.version));
  return answer;
}
