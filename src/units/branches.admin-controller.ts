import { Body, Controller, Get, Headers, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Needs } from '../organisers/admin-route.decorators.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Answers } from '../platform/http/answers.decorator.js';
import { TakesIdempotencyKey, markReplay } from '../platform/http/idempotency-header.js';
import { entityTag, TakesIfMatch, VersionToChange } from '../platform/http/if-match.js';
import { type IdParameter, idParameterSchema } from '../platform/http/text.schema.js';
import {
  adminBranchesPageSchema,
  adminBranchSchema,
  type BranchChange,
  branchChangeSchema,
  type BranchesQuery,
  branchesQuerySchema,
  changedBranchSchema,
  type NewBranch,
  newBranchSchema,
} from './units.admin-schemas.js';
import { UnitsAdminService } from './units.admin-service.js';

@ApiTags('Units')
@Controller('v1/admin/branches')
export class BranchesAdminController {
  constructor(private readonly units: UnitsAdminService) {}

  @Get()
  @Needs('units.read')
  @ApiOperation({ summary: 'My branches, in the order of their slugs' })
  @Answers(200, adminBranchesPageSchema, 'A page of branches')
  list(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Query({ schema: branchesQuerySchema }) query: BranchesQuery,
  ) {
    return this.units.branches(organiser, query);
  }

  @Get(':id')
  @Needs('units.read')
  @ApiOperation({ summary: 'One branch' })
  @Answers(200, adminBranchSchema, 'The branch')
  async read(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const branch = await this.units.branch(organiser, id);
    void reply.header('ETag', entityTag(branch.version));
    return branch;
  }

  @Post()
  @Needs('units.write')
  @TakesIdempotencyKey()
  @ApiOperation({
    summary: 'Make a branch in a region of mine',
    description: 'Its office is vacant at first.',
  })
  @Answers(201, adminBranchSchema, 'The branch')
  async create(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Body({ schema: newBranchSchema }) input: NewBranch,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { answer, replayed } = await this.units.createBranch(organiser, input, key);
    markReplay(reply, replayed).header('ETag', entityTag(answer.version));
    return answer;
  }

  @Patch(':id')
  @Needs('units.write')
  @TakesIfMatch()
  @ApiOperation({
    summary: 'Change a branch, or close it',
    description:
      'Closing drops its coverage rules, so that nobody new is sent there. Its people and open ' +
      'duties stay with it until allocations are recomputed; the answer counts both.',
  })
  @Answers(200, changedBranchSchema, 'The branch as it is now')
  async change(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @VersionToChange() version: number,
    @Body({ schema: branchChangeSchema }) change: BranchChange,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const branch = await this.units.changeBranch(organiser, id, version, change);
    void reply.header('ETag', entityTag(branch.version));
    return branch;
  }
}
