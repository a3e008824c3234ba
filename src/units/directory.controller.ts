import { Controller, Get, Header, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Configuration } from '../platform/config/configuration.js';
import { Answers } from '../platform/http/answers.decorator.js';
import {
  type Page,
  pageOf,
  type PageQuery,
  pageQuerySchema,
} from '../platform/http/keyset-page.js';
import { Cors, RateLimit } from '../platform/http/route-decorators.js';
import { DirectoryService } from './directory.service.js';
import {
  type BranchEntry,
  type BranchFeatures,
  branchFeaturesSchema,
  branchSchema,
  type RegionEntry,
  regionSchema,
} from './unit.schemas.js';

const slugParameterSchema = z.object({ slug: z.string().regex(/^[a-z0-9-]{1,100}$/) });
type SlugParameter = z.output<typeof slugParameterSchema>;

const lookupLimit = {
  name: 'lookup',
  per: 'address' as const,
  points: ({ environment }: Configuration) => environment.RATE_LIMIT_LOOKUP_PER_ADDRESS,
  seconds: 60,
};

/** The public directory. Answers are cacheable and carry the directory's version as their ETag. */
@ApiTags('Branches')
@Controller('v1')
@Cors('anyone')
@RateLimit(lookupLimit)
export class DirectoryController {
  constructor(private readonly directory: DirectoryService) {}

  @Get('branches')
  @ApiOperation({ summary: 'All branches, in the order of their slugs' })
  @Header('Cache-Control', 'public, max-age=300')
  @Answers(200, pageOf(branchSchema), 'A page of branches')
  branches(
    @Query({ schema: pageQuerySchema }) query: PageQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Page<BranchEntry> {
    this.tag(reply);
    return this.directory.branches(query);
  }

  @Get('branches.geojson')
  @ApiOperation({ summary: 'All branches that have a position, as GeoJSON' })
  @Header('Cache-Control', 'public, max-age=300')
  @Header('Content-Type', 'application/geo+json')
  @Answers(200, branchFeaturesSchema, 'Every branch with a position')
  features(@Res({ passthrough: true }) reply: FastifyReply): BranchFeatures {
    this.tag(reply);
    return this.directory.features();
  }

  @Get('branches/:slug')
  @ApiOperation({ summary: 'One branch' })
  @Header('Cache-Control', 'public, max-age=300')
  @Answers(200, branchSchema, 'The branch')
  branch(
    @Param({ schema: slugParameterSchema }) { slug }: SlugParameter,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): BranchEntry {
    this.tag(reply);
    return this.directory.branch(slug);
  }

  @Get('regions')
  @ApiOperation({ summary: "The regional organisers' directory" })
  @Header('Cache-Control', 'public, max-age=300')
  @Answers(200, pageOf(regionSchema), 'A page of regions')
  regions(
    @Query({ schema: pageQuerySchema }) query: PageQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Page<RegionEntry> {
    this.tag(reply);
    return this.directory.regions(query);
  }

  @Get('regions/:slug')
  @ApiOperation({ summary: 'One region' })
  @Header('Cache-Control', 'public, max-age=300')
  @Answers(200, regionSchema, 'The region')
  region(
    @Param({ schema: slugParameterSchema }) { slug }: SlugParameter,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): RegionEntry {
    this.tag(reply);
    return this.directory.region(slug);
  }

  private tag(reply: FastifyReply): void {
    void reply.header('ETag', `"${this.directory.version}"`);
  }
}
