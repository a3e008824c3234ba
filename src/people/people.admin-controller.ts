import { Body, Controller, Get, Param, Patch, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Needs } from '../organisers/admin-route.decorators.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Answers } from '../platform/http/answers.decorator.js';
import { TakesIfMatch, VersionToChange, entityTag } from '../platform/http/if-match.js';
import { type IdParameter, idParameterSchema } from '../platform/http/text.schema.js';
import {
  type PeopleQuery,
  type PersonChange,
  peoplePageSchema,
  peopleQuerySchema,
  personChangeSchema,
  personRecordSchema,
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
  async read(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const person = await this.people.read(organiser, id);
    void reply.header('ETag', entityTag(person.version));
    return person;
  }

  @Patch(':id')
  @Needs('people.write')
  @TakesIfMatch()
  @ApiOperation({
    summary: 'Put a record right',
    description:
      'Another postcode, country or age may bring somebody to another branch: open duties go along, ' +
      'and both branches are told, once. Names of the changed fields are audited.',
  })
  @Answers(200, personRecordSchema, 'The record as it is now, and whose it is')
  async change(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @VersionToChange() version: number,
    @Body({ schema: personChangeSchema }) change: PersonChange,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const record = await this.people.change(organiser, id, version, change);
    void reply.header('ETag', entityTag(record.version));
    return record;
  }
}
