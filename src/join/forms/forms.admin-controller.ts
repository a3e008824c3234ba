import { Body, Controller, Get, Headers, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Needs } from '../../organisers/admin-route.decorators.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../../organisers/signed-in-organiser.js';
import { Answers } from '../../platform/http/answers.decorator.js';
import { markReplay, TakesIdempotencyKey } from '../../platform/http/idempotency-header.js';
import { entityTag, TakesIfMatch, VersionToChange } from '../../platform/http/if-match.js';
import { type IdParameter, idParameterSchema } from '../../platform/http/text.schema.js';
import {
  type FormChange,
  formChangeSchema,
  formSchema,
  formsPageSchema,
  type FormsQuery,
  formsQuerySchema,
  type NewForm,
  newFormSchema,
} from './forms.admin-schemas.js';
import { FormsAdminService } from './forms.admin-service.js';

@ApiTags('Forms')
@Controller('v1/admin/forms')
export class FormsAdminController {
  constructor(private readonly forms: FormsAdminService) {}

  @Get()
  @Needs('forms.read')
  @ApiOperation({
    summary: 'The join forms of my units, in the order of their slugs',
    description: 'The form of a post that names none is in the settings, and not here.',
  })
  @Answers(200, formsPageSchema, 'A page of forms')
  list(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Query({ schema: formsQuerySchema }) query: FormsQuery,
  ) {
    return this.forms.list(organiser, query);
  }

  @Get(':id')
  @Needs('forms.read')
  @ApiOperation({ summary: 'One form' })
  @Answers(200, formSchema, 'The form')
  async read(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const form = await this.forms.read(organiser, id);
    void reply.header('ETag', entityTag(form.version));
    return form;
  }

  @Post()
  @Needs('forms.write')
  @TakesIdempotencyKey()
  @ApiOperation({
    summary: 'Make a join form for a unit of mine',
    description: 'It takes posts at once, and has a page of its own under /join/<slug>.',
  })
  @Answers(201, formSchema, 'The form')
  async create(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Body({ schema: newFormSchema }) input: NewForm,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { answer, replayed } = await this.forms.create(organiser, input, key);
    markReplay(reply, replayed).header('ETag', entityTag(answer.version));
    return answer;
  }

  @Patch(':id')
  @Needs('forms.write')
  @TakesIfMatch()
  @ApiOperation({
    summary: 'Change a form, close it or open it again',
    description: 'Submissions keep the questions that they answered, and the version of the form.',
  })
  @Answers(200, formSchema, 'The form as it is now')
  async change(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @VersionToChange() version: number,
    @Body({ schema: formChangeSchema }) change: FormChange,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const form = await this.forms.change(organiser, id, version, change);
    void reply.header('ETag', entityTag(form.version));
    return form;
  }
}
