import { Body, Controller, Delete, Get, Headers, Param, Post, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Needs } from '../../organisers/admin-route.decorators.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../../organisers/signed-in-organiser.js';
import { Answers } from '../../platform/http/answers.decorator.js';
import { TakesIdempotencyKey, markReplay } from '../../platform/http/idempotency-header.js';
import { entityTag } from '../../platform/http/if-match.js';
import { type IdParameter, idParameterSchema } from '../../platform/http/text.schema.js';
import {
  type OverrideInput,
  allocationHistorySchema,
  currentAllocationSchema,
  overrideSchema,
} from './allocations.admin-schemas.js';
import { AllocationsAdminService } from './allocations.admin-service.js';

const MAY_NAME_VERSION = {
  name: 'If-Match',
  description: 'The ETag of what you have seen, if you want to be sure; 412 where it is stale',
  required: false,
};

@ApiTags('Allocations')
@Controller('v1/admin/people/:id/allocation')
export class AllocationsAdminController {
  constructor(private readonly allocations: AllocationsAdminService) {}

  @Get()
  @Needs('people.read')
  @ApiOperation({ summary: 'Why somebody belongs where, now and before' })
  @Answers(200, allocationHistorySchema, 'The allocation that holds, and earlier ones')
  async read(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const found = await this.allocations.read(organiser, id);
    void reply.header('ETag', entityTag(found.version));
    return found;
  }

  @Post()
  @Needs('allocations.write')
  @TakesIdempotencyKey()
  @ApiHeader(MAY_NAME_VERSION)
  @ApiOperation({
    summary: 'Put somebody into a branch or region, whatever the rules say',
    description:
      'Both the person and the unit must be of my units. It holds until its last day, or until it ' +
      'is ended; a recompute leaves it alone. Open duties go along, and both units are told.',
  })
  @Answers(201, currentAllocationSchema, 'The override')
  async override(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Body({ schema: overrideSchema }) input: OverrideInput,
    @Headers('idempotency-key') key: string | undefined,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { answer, replayed } = await this.allocations.override(organiser, id, input, {
      key,
      ifMatch,
    });
    markReplay(reply, replayed).header('ETag', entityTag(answer.version));
    return answer;
  }

  @Delete('override')
  @Needs('allocations.write')
  @ApiHeader(MAY_NAME_VERSION)
  @ApiOperation({ summary: 'End an override: the rules decide again' })
  @Answers(200, currentAllocationSchema, 'Where they belong now')
  async endOverride(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const answer = await this.allocations.endOverride(organiser, id, ifMatch);
    void reply.header('ETag', entityTag(answer.version));
    return answer;
  }
}
