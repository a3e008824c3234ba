import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Needs } from '../organisers/admin-route.decorators.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Answers } from '../platform/http/answers.decorator.js';
import {
  coverageGapsPageSchema,
  type CoverageGapsQuery,
  coverageGapsQuerySchema,
} from './coverage-gaps.schemas.js';
import {
  coverageFeaturesSchema,
  type CoverageMapQuery,
  coverageMapQuerySchema,
} from './coverage-map.schemas.js';
import { CoverageAdminService } from './coverage.admin-service.js';

@ApiTags('Units')
@Controller('v1/admin')
export class CoverageAdminController {
  constructor(private readonly coverage: CoverageAdminService) {}

  @Get('coverage-gaps')
  // It counts people, and so it is for those who may see them.
  @Needs('people.read')
  @ApiOperation({
    summary: 'Outcodes with people and no branch, and those that several branches could claim',
    description:
      'Counts people by where they are now, not by where a recompute would put them. Claims are ' +
      'those of postcode rules: where wards or constituencies cross an outcode is not seen here.',
  })
  @Answers(200, coverageGapsPageSchema, 'A page of gaps, by outcode')
  gaps(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Query({ schema: coverageGapsQuerySchema }) query: CoverageGapsQuery,
  ) {
    return this.coverage.gaps(organiser, query);
  }

  @Get('coverage.geojson')
  @Needs('units.read')
  @ApiOperation({ summary: 'My branches, and the centres of what my units cover, as GeoJSON' })
  @Header('Content-Type', 'application/geo+json')
  @Answers(200, coverageFeaturesSchema, 'Points of branches and of rules')
  features(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Query({ schema: coverageMapQuerySchema }) query: CoverageMapQuery,
  ) {
    return this.coverage.features(organiser, query);
  }
}
