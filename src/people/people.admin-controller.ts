import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Needs } from '../organisers/admin-route.decorators.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Answers } from '../platform/http/answers.decorator.js';
import { type IdParameter, idParameterSchema } from '../platform/http/text.schema.js';
import {
  type PeopleQuery,
  peoplePageSchema,
  peopleQuerySchema,
  personSchema,
} from './people.admin-schemas.js';
import { PeopleAdminService } from './people.admin-service.js';

@ApiTags('People')
@Controller('v1/admin/people')
export class PeopleAdminController {
  constructor(private readonly people: PeopleAdminService) {}

  @Get()
  @Needs('people.read')
  @ApiOperation({ summary: 'List and search the people of my units, newest first' })
  @Answers(200, peoplePageSchema, 'A page of people')
  list(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Query({ schema: peopleQuerySchema }) query: PeopleQuery,
  ) {
    return this.people.list(organiser, query);
  }

  @Get(':id')
  @Needs('people.read')
  @ApiOperation({
    summary: 'One person',
    description: 'Somebody outside my units is a 404. The reading is audited.',
  })
  @Answers(200, personSchema, 'The person with contact points, allocation, consents and duties')
  read(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
  ) {
    return this.people.read(organiser, id);
  }
}
