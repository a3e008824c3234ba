import { Body, Controller, Delete, Get, Headers, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Needs } from '../organisers/admin-route.decorators.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Answers } from '../platform/http/answers.decorator.js';
import { TakesIdempotencyKey, markReplay } from '../platform/http/idempotency-header.js';
import { type IdParameter, idParameterSchema } from '../platform/http/text.schema.js';
import {
  coverageRuleSchema,
  coverageRulesPageSchema,
  type CoverageRulesQuery,
  coverageRulesQuerySchema,
  type NewCoverageRule,
  newCoverageRuleSchema,
} from './coverage-rules.admin-schemas.js';
import { CoverageRulesAdminService } from './coverage-rules.admin-service.js';

@ApiTags('Units')
@Controller('v1/admin/coverage-rules')
export class CoverageRulesAdminController {
  constructor(private readonly rules: CoverageRulesAdminService) {}

  @Get()
  @Needs('units.read')
  @ApiOperation({ summary: 'The coverage rules of my units, by code' })
  @Answers(200, coverageRulesPageSchema, 'A page of rules')
  list(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Query({ schema: coverageRulesQuerySchema }) query: CoverageRulesQuery,
  ) {
    return this.rules.list(organiser, query);
  }

  @Post()
  @Needs('units.write')
  @TakesIdempotencyKey()
  @ApiOperation({
    summary: 'Let a region or branch cover a postcode prefix, ward, constituency or authority',
    description:
      'Holds for whoever joins from now on; people who are there already stay where they are until ' +
      'allocations are recomputed. What another unit covers is a 409 that names both rules; a branch ' +
      'may cover what its own region covers.',
  })
  @Answers(201, coverageRuleSchema, 'The rule')
  async create(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Body({ schema: newCoverageRuleSchema }) input: NewCoverageRule,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { answer, replayed } = await this.rules.create(organiser, input, key);
    markReplay(reply, replayed);
    return answer;
  }

  @Delete(':id')
  @Needs('units.write')
  @ApiOperation({ summary: 'Take a coverage rule away' })
  @Answers(204, undefined, 'It is gone')
  delete(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
  ): Promise<void> {
    return this.rules.delete(organiser, id);
  }
}
