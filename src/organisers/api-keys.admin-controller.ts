import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  Param,
  Patch,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Answers } from '../platform/http/answers.decorator.js';
import { TakesIdempotencyKey } from '../platform/http/idempotency-header.js';
import { entityTag, TakesIfMatch, VersionToChange } from '../platform/http/if-match.js';
import { type IdParameter, idParameterSchema } from '../platform/http/text.schema.js';
import { Needs } from './admin-route.decorators.js';
import {
  type ApiKeyChange,
  apiKeyChangeSchema,
  apiKeySchema,
  apiKeysPageSchema,
  type ApiKeysQuery,
  apiKeysQuerySchema,
  type NewApiKey,
  newApiKeySchema,
  type Rotation,
  rotationSchema,
  shownApiKeySchema,
} from './api-keys.admin-schemas.js';
import { ApiKeysAdminService } from './api-keys.admin-service.js';
import { CurrentOrganiser, type SignedInOrganiser } from './signed-in-organiser.js';

const SECRET_ONCE =
  'The secret is shown this once. It is never kept to be repeated: a second try with the same ' +
  'Idempotency-Key is a 409 secret_already_shown.';

@ApiTags('API keys')
@Controller('v1/admin/api-keys')
export class ApiKeysAdminController {
  constructor(private readonly keys: ApiKeysAdminService) {}

  @Get()
  @Needs('api_keys.read')
  @ApiOperation({ summary: 'The keys of my units, the latest first' })
  @Answers(200, apiKeysPageSchema, 'A page of keys, without their secrets')
  list(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Query({ schema: apiKeysQuerySchema }) query: ApiKeysQuery,
  ) {
    return this.keys.list(organiser, query);
  }

  @Get(':id')
  @Needs('api_keys.read')
  @ApiOperation({ summary: 'One key' })
  @Answers(200, apiKeySchema, 'The key, without its secret')
  async read(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const key = await this.keys.read(organiser, id);
    void reply.header('ETag', entityTag(key.version));
    return key;
  }

  @Post()
  @Needs('api_keys.write')
  @TakesIdempotencyKey()
  @ApiOperation({
    summary: 'Make a key for a program',
    description: `It can do no more than I can over its unit. ${SECRET_ONCE}`,
  })
  @Answers(201, shownApiKeySchema, 'The key with its secret')
  async create(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Body({ schema: newApiKeySchema }) input: NewApiKey,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const key = await this.keys.create(organiser, input, idempotencyKey);
    void reply.header('ETag', entityTag(key.version));
    return key;
  }

  @Patch(':id')
  @Needs('api_keys.write')
  @TakesIfMatch()
  @ApiOperation({ summary: 'Name a key anew' })
  @Answers(200, apiKeySchema, 'The key as it is now')
  async rename(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @VersionToChange() version: number,
    @Body({ schema: apiKeyChangeSchema }) change: ApiKeyChange,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const key = await this.keys.rename(organiser, id, version, change);
    void reply.header('ETag', entityTag(key.version));
    return key;
  }

  @Post(':id/rotate')
  @Needs('api_keys.write')
  @TakesIdempotencyKey()
  @ApiOperation({
    summary: 'Make another secret for a key',
    description: `The present one works for overlapHours more. ${SECRET_ONCE}`,
  })
  @Answers(200, shownApiKeySchema, 'The key with its new secret')
  async rotate(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Body({ schema: rotationSchema }) rotation: Rotation,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const key = await this.keys.rotate(organiser, id, rotation, idempotencyKey);
    void reply.header('ETag', entityTag(key.version));
    return key;
  }

  @Delete(':id')
  @Needs('api_keys.write')
  @ApiOperation({ summary: 'End a key, at once and for good' })
  @Answers(204, undefined, 'The key has ended')
  revoke(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
  ): Promise<void> {
    return this.keys.revoke(organiser, id);
  }
}
