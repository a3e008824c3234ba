import { Controller, Get, Header, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Configuration } from '../platform/config/configuration.js';
import { Answers } from '../platform/http/answers.decorator.js';
import { Direct } from '../platform/http/direct-route.js';
import { limitParameter } from '../platform/http/keyset-page.js';
import { Cors, RateLimit } from '../platform/http/route-decorators.js';
import { text } from '../platform/http/text.schema.js';
import { POSTCODE_ATTRIBUTION } from '../postcodes/attribution.js';
import { lookupAnswerSchema } from './lookup.schemas.js';
import { LookupService } from './lookup.service.js';

const USUAL_LIMIT = 3;

export const lookupQuerySchema = z.strictObject({
  postcode: text({ max: 100, needed: 'Please give a postcode, such as M14 5RX or M14.' }).meta({
    description: 'A postcode or its first half, however a person types it',
    example: 'M14 5RX',
  }),
  limit: limitParameter(20, USUAL_LIMIT),
});
type LookupQuery = z.output<typeof lookupQuerySchema>;

/** `?postcode=M14+5RX` and nothing else, as forms and scripts write it. */
const PLAIN_QUERY = /^[^?#]*\?postcode=([A-Za-z0-9]{1,8})(?:(?:\+|%20)([A-Za-z0-9]{1,8}))?$/;

export function plainLookupQuery(url: string): LookupQuery | undefined {
  const [, first, second] = PLAIN_QUERY.exec(url) ?? [];
  if (first === undefined) return undefined;
  return { postcode: second === undefined ? first : `${first} ${second}`, limit: USUAL_LIMIT };
}

const JSON_MEDIA_TYPE = 'application/json; charset=utf-8';

/** The public branch lookup. */
@ApiTags('Branches')
@Controller('v1/branches/nearest')
export class LookupController {
  constructor(private readonly lookup: LookupService) {}

  @Get()
  @Direct(plainLookupQuery)
  @ApiOperation({
    summary: 'The branch that looks after a postcode, and the nearest ones',
    description: POSTCODE_ATTRIBUTION,
  })
  @Cors('anyone')
  @RateLimit({
    name: 'lookup',
    per: 'address',
    points: ({ environment }: Configuration) => environment.RATE_LIMIT_LOOKUP_PER_ADDRESS,
    seconds: 60,
  })
  @Header('Cache-Control', 'public, max-age=300')
  @Answers(200, lookupAnswerSchema, 'The branch of a join from here, and the nearest ones')
  nearest(
    @Query({ schema: lookupQuerySchema }) query: LookupQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Buffer {
    void reply.header('ETag', `"${this.lookup.version}"`);
    void reply.header('Content-Type', JSON_MEDIA_TYPE);
    return this.lookup.nearestAsJson(query.postcode, query.limit);
  }
}
