import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Needs } from '../organisers/admin-route.decorators.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Answers } from '../platform/http/answers.decorator.js';
import { type IdParameter, idParameterSchema } from '../platform/http/text.schema.js';
import {
  type Contacted,
  type JoinSubmissionsQuery,
  contactedSchema,
  joinSubmissionSchema,
  joinSubmissionsPageSchema,
  joinSubmissionsQuerySchema,
} from './join.admin-schemas.js';
import { JoinAdminService } from './join.admin-service.js';

@ApiTags('Join submissions')
@Controller('v1/admin/join-submissions')
export class JoinAdminController {
  constructor(private readonly submissions: JoinAdminService) {}

  @Get()
  @Needs('join_submissions.read')
  @ApiOperation({
    summary: 'The join submissions of my units, newest first',
    description: 'Suspected bots lie with the national office: state=suspected_bot.',
  })
  @Answers(200, joinSubmissionsPageSchema, 'A page of submissions')
  list(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Query({ schema: joinSubmissionsQuerySchema }) query: JoinSubmissionsQuery,
  ) {
    return this.submissions.list(organiser, query);
  }

  @Get(':id')
  @Needs('join_submissions.read')
  @ApiOperation({
    summary: 'One join submission',
    description: 'One outside my units is a 404. The reading is audited.',
  })
  @Answers(200, joinSubmissionSchema, 'What was posted and what became of it')
  read(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
  ) {
    return this.submissions.read(organiser, id);
  }

  @Post(':id/contacted')
  @Needs('join_submissions.write')
  @ApiOperation({
    summary: 'Say what came of getting in touch',
    description:
      'Closes the follow-up as its one-tap page does. Once it is closed, saying so again is a 409 ' +
      'already_contacted that changes nothing.',
  })
  @Answers(200, joinSubmissionSchema, 'The submission as it stands now')
  contacted(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Body({ schema: contactedSchema }) input: Contacted,
  ) {
    return this.submissions.contacted(organiser, id, input);
  }
}
