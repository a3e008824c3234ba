import { Body, Controller, Get, Headers, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Needs } from '../organisers/admin-route.decorators.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Answers } from '../platform/http/answers.decorator.js';
import { TakesIdempotencyKey, markReplay } from '../platform/http/idempotency-header.js';
import { entityTag, TakesIfMatch, VersionToChange } from '../platform/http/if-match.js';
import { type PageQuery, pageQuerySchema } from '../platform/http/keyset-page.js';
import { type IdParameter, idParameterSchema } from '../platform/http/text.schema.js';
import {
  adminRegionSchema,
  adminRegionsPageSchema,
  type NewRegion,
  newRegionSchema,
  type RegionChange,
  regionChangeSchema,
} from './units.admin-schemas.js';
import { UnitsAdminService } from './units.admin-service.js';

@ApiTags('Units')
@Controller('v1/admin/regions')
export class RegionsAdminController {
  constructor(private readonly units: UnitsAdminService) {}

  @Get()
  @Needs('units.read')
  @ApiOperation({ summary: 'My regions, in the order of their slugs' })
  @Answers(200, adminRegionsPageSchema, 'A page of regions')
  list(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ) {
    return this.units.regions(organiser, query);
  }

  @Get(':id')
  @Needs('units.read')
  @ApiOperation({ summary: 'One region' })
  @Answers(200, adminRegionSchema, 'The region')
  async read(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const region = await this.units.region(organiser, id);
    void reply.header('ETag', entityTag(region.version));
    return region;
  }

  @Post()
  @Needs('regions.write')
  @TakesIdempotencyKey()
  @ApiOperation({ summary: 'Make a region', description: 'Its office is vacant at first.' })
  @Answers(201, adminRegionSchema, 'The region')
  async create(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Body({ schema: newRegionSchema }) input: NewRegion,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { answer, replayed } = await this.units.createRegion(organiser, input, key);
    markReplay(reply, replayed).header('ETag', entityTag(answer.version));
    return answer;
  }

  @Patch(':id')
  @Needs('regions.write')
  @TakesIfMatch()
  @ApiOperation({ summary: 'Change a region' })
  @Answers(200, adminRegionSchema, 'The region as it is now')
  async change(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @VersionToChange() version: number,
    @Body({ schema: regionChangeSchema }) change: RegionChange,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const region = await this.units.changeRegion(organiser, id, version, change);
    void reply.header('ETag', entityTag(region.version));
    return region;
  }
}
