import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Needs } from '../organisers/admin-route.decorators.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Answers } from '../platform/http/answers.decorator.js';
import { type IdParameter, idParameterSchema } from '../platform/http/text.schema.js';
import {
  type FollowUpNote,
  type FollowUpTry,
  type FollowUpsOfViewQuery,
  type FollowUpsQuery,
  followUpNoteSchema,
  followUpSchema,
  followUpTrySchema,
  followUpsOfViewQuerySchema,
  followUpsPageSchema,
  followUpsQuerySchema,
} from './follow-ups.admin-schemas.js';
import { FollowUpsAdminService } from './follow-ups.admin-service.js';

@ApiTags('Follow-ups')
@Controller('v1/admin/follow-ups')
export class FollowUpsAdminController {
  constructor(private readonly followUps: FollowUpsAdminService) {}

  @Get()
  @Needs('follow_ups.read')
  @ApiOperation({ summary: 'The open duties of my units, the most urgent first' })
  @Answers(200, followUpsPageSchema, 'A page of duties')
  list(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Query({ schema: followUpsQuerySchema }) query: FollowUpsQuery,
  ) {
    return this.followUps.list(organiser, query);
  }

  @Get('mine')
  @Needs('follow_ups.read', { organisersAlone: true })
  @ApiOperation({ summary: 'The open duties of the posts that I hold or cover' })
  @Answers(200, followUpsPageSchema, 'A page of duties')
  mine(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Query({ schema: followUpsOfViewQuerySchema }) query: FollowUpsOfViewQuery,
  ) {
    return this.followUps.list(organiser, { ...query, view: 'mine' });
  }

  @Get('overdue')
  @Needs('follow_ups.read')
  @ApiOperation({ summary: 'The duties of my units that are past their time' })
  @Answers(200, followUpsPageSchema, 'A page of duties')
  overdue(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Query({ schema: followUpsOfViewQuerySchema }) query: FollowUpsOfViewQuery,
  ) {
    return this.followUps.list(organiser, { ...query, view: 'overdue' });
  }

  @Get('unassigned')
  @Needs('follow_ups.read')
  @ApiOperation({ summary: 'The open duties of posts that nobody holds or covers' })
  @Answers(200, followUpsPageSchema, 'A page of duties')
  unassigned(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Query({ schema: followUpsOfViewQuerySchema }) query: FollowUpsOfViewQuery,
  ) {
    return this.followUps.list(organiser, { ...query, view: 'unassigned' });
  }

  @Post(':id/acknowledge')
  @Needs('follow_ups.write')
  @ApiOperation({ summary: 'I am on it', description: 'Saying so again changes nothing.' })
  @Answers(200, followUpSchema, 'The duty as it stands')
  acknowledge(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Body({ schema: followUpNoteSchema }) { note }: FollowUpNote,
  ) {
    return this.followUps.acknowledge(organiser, id, note ?? null);
  }

  @Post(':id/done')
  @Needs('follow_ups.write')
  @ApiOperation({ summary: 'I have contacted them', description: 'Closed before: 409.' })
  @Answers(200, followUpSchema, 'The duty as it stands')
  done(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Body({ schema: followUpNoteSchema }) note: FollowUpNote,
  ) {
    return this.followUps.press(organiser, id, 'contacted', note);
  }

  @Post(':id/no-answer')
  @Needs('follow_ups.write')
  @ApiOperation({
    summary: 'Nobody answered',
    description: 'The second try closes the duty as done in time. Closed before: 409.',
  })
  @Answers(200, followUpSchema, 'The duty as it stands')
  noAnswer(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Body({ schema: followUpTrySchema }) input: FollowUpTry,
  ) {
    return this.followUps.press(organiser, id, 'no_answer', input);
  }
}
