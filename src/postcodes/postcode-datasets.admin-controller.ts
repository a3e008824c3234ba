import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Needs } from '../organisers/admin-route.decorators.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Answers } from '../platform/http/answers.decorator.js';
import {
  postcodeDatasetsPageSchema,
  type PostcodeDatasetsQuery,
  postcodeDatasetsQuerySchema,
} from './postcode-datasets.admin-schemas.js';
import { PostcodeDatasetsAdminService } from './postcode-datasets.admin-service.js';

@ApiTags('Units')
@Controller('v1/admin/postcode-datasets')
export class PostcodeDatasetsAdminController {
  constructor(private readonly datasets: PostcodeDatasetsAdminService) {}

  @Get()
  @Needs('units.read')
  @ApiOperation({
    summary: 'The versions of the postcode reference data, the newest first',
    description: 'Imported and switched by the operator: `npm run cli -- postcodes`.',
  })
  @Answers(200, postcodeDatasetsPageSchema, 'A page of versions')
  list(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Query({ schema: postcodeDatasetsQuerySchema }) query: PostcodeDatasetsQuery,
  ) {
    return this.datasets.list(organiser, query);
  }
}
