import { Body, Controller, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Needs, NeedsSession } from '../../organisers/admin-route.decorators.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../../organisers/signed-in-organiser.js';
import { Answers } from '../../platform/http/answers.decorator.js';
import { entityTag, TakesIfMatch, VersionToChange } from '../../platform/http/if-match.js';
import { type IdParameter, idParameterSchema } from '../../platform/http/text.schema.js';
import {
  type Disabling,
  disablingSchema,
  type OrganiserChange,
  organiserChangeSchema,
  organiserRecordSchema,
  organisersPageSchema,
  type OrganisersQuery,
  organisersQuerySchema,
} from './organisers.admin-schemas.js';
import { OrganisersAdminService } from './organisers.admin-service.js';

@ApiTags('Organisers')
@Controller('v1/admin/organisers')
export class OrganisersAdminController {
  constructor(private readonly organisers: OrganisersAdminService) {}

  @Get()
  @Needs('organisers.read')
  @ApiOperation({
    summary: 'Accounts that I may know of, by name',
    description:
      'All of them for a national administrator; else those who hold a grant on a unit of mine ' +
      '(of a treasurer’s: treasurers), whom I invited, and me.',
  })
  @Answers(200, organisersPageSchema, 'A page of organisers')
  list(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Query({ schema: organisersQuerySchema }) query: OrganisersQuery,
  ) {
    return this.organisers.list(organiser, query);
  }

  @Get(':id')
  @NeedsSession({ byGrants: true })
  @ApiOperation({
    summary: 'One account, my own or one that I may know of',
    description: 'That somebody else’s was read is kept in the audit trail.',
  })
  @Answers(200, organiserRecordSchema, 'The organiser')
  async read(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const record = await this.organisers.read(organiser, id);
    void reply.header('ETag', entityTag(record.version));
    return record;
  }

  @Patch(':id')
  @NeedsSession({ byGrants: true })
  @TakesIfMatch()
  @ApiOperation({
    summary: 'Change a name',
    description: 'My own; with the permission “accounts.write” anybody’s.',
  })
  @Answers(200, organiserRecordSchema, 'The organiser as they are now')
  async change(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @VersionToChange() version: number,
    @Body({ schema: organiserChangeSchema }) change: OrganiserChange,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const record = await this.organisers.change(organiser, id, version, change);
    void reply.header('ETag', entityTag(record.version));
    return record;
  }

  @Post(':id/disable')
  @Needs('accounts.write')
  @ApiOperation({
    summary: 'Close an account',
    description:
      'Its sessions end at once, and invitations it sent cannot be accepted. Never my own.',
  })
  @Answers(200, organiserRecordSchema, 'The organiser as they are now')
  disable(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Body({ schema: disablingSchema }) disabling: Disabling,
  ) {
    return this.organisers.disable(organiser, id, disabling);
  }

  @Post(':id/enable')
  @Needs('accounts.write')
  @ApiOperation({ summary: 'Open an account that was closed' })
  @Answers(200, organiserRecordSchema, 'The organiser as they are now')
  enable(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
  ) {
    return this.organisers.enable(organiser, id);
  }
}
