import { Body, Controller, Get, Param, Patch, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Needs } from '../organisers/admin-route.decorators.js';
import { CurrentOrganiser, type SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Answers } from '../platform/http/answers.decorator.js';
import { entityTag, TakesIfMatch, VersionToChange } from '../platform/http/if-match.js';
import { type IdParameter, idParameterSchema } from '../platform/http/text.schema.js';
import {
  type PostChange,
  postChangeSchema,
  postSchema,
  postsPageSchema,
  type PostsQuery,
  postsQuerySchema,
} from './posts.admin-schemas.js';
import { PostsAdminService } from './posts.admin-service.js';

@ApiTags('Units')
@Controller('v1/admin/posts')
export class PostsAdminController {
  constructor(private readonly posts: PostsAdminService) {}

  @Get()
  @Needs('units.read')
  @ApiOperation({ summary: 'The posts of my units: who holds them, who covers them' })
  @Answers(200, postsPageSchema, 'A page of posts')
  list(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Query({ schema: postsQuerySchema }) query: PostsQuery,
  ) {
    return this.posts.list(organiser, query);
  }

  @Get(':id')
  @Needs('units.read')
  @ApiOperation({ summary: 'One post' })
  @Answers(200, postSchema, 'The post')
  async read(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const post = await this.posts.read(organiser, id);
    void reply.header('ETag', entityTag(post.version));
    return post;
  }

  @Patch(':id')
  @Needs('units.write')
  @TakesIfMatch()
  @ApiOperation({
    summary: 'Say who holds a post and who covers it',
    description: 'Gives no rights: whoever is put there needs a role that reaches the unit.',
  })
  @Answers(200, postSchema, 'The post as it is now')
  async change(
    @CurrentOrganiser() organiser: SignedInOrganiser,
    @Param({ schema: idParameterSchema }) { id }: IdParameter,
    @VersionToChange() version: number,
    @Body({ schema: postChangeSchema }) change: PostChange,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const post = await this.posts.change(organiser, id, version, change);
    void reply.header('ETag', entityTag(post.version));
    return post;
  }
}
