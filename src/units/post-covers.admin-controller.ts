import { Body, Controller, Delete, Headers, Param, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Needs } from '../organisers/admin-route.decorators.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Answers } from '../platform/http/answers.decorator.js';
import { TakesIdempotencyKey, markReplay } from '../platform/http/idempotency-header.js';
import { type IdParameter, idParameterSchema } from '../platform/http/text.schema.js';
import {
  arrangedCoverSchema,
  type CoverParameters,
  coverParametersSchema,
  type NewCoverInput,
  newCoverSchema,
} from './post-covers.admin-schemas.js';
import { PostCoversAdminService } from './post-covers.admin-service.js';

@ApiTags('Units')
@Controller('v1/admin/posts/:id/cover')
export class PostCoversAdminController {
  constructor(private readonly covers: PostCoversAdminService) {}

  @Post()
  @Needs('cover.write')
  @TakesIdempotencyKey()
  @ApiOperation({
    summary: 'Say who does the duties of a post from one day to another',
    description:
      'For its holder, among those who have a role there, and for those who may change the post. ' +
      'Who lacks the right that the post needs gets it for this time, from those who may give it.',
  })
  @Answers(201, arrangedCoverSchema, 'The cover')
  async arrange(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Body({ schema: newCoverSchema }) input: NewCoverInput,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { answer, replayed } = await this.covers.arrange(organiser, id, input, key);
    markReplay(reply, replayed);
    return answer;
  }

  @Delete(':coverId')
  @Needs('cover.write')
  @ApiOperation({ summary: 'Call a cover off; one that has begun ends now' })
  @Answers(204, undefined, 'It is called off')
  callOff(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: coverParametersSchema }) parameters: CoverParameters,
  ): Promise<void> {
    return this.covers.callOff(organiser, parameters);
  }
}
