import { isFormBody } from '../../src/platform/http/form-body.js';
import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpException,
  Module,
  type OnModuleInit,
  Param,
  Post,
  Query,
} from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { z } from 'zod';
import { Answers } from '../../src/platform/http/answers.decorator.js';
import { CorsPolicies, originMatcher } from '../../src/platform/http/cors.js';
import { country } from '../../src/platform/http/country.schema.js';
import { pageOf, pageQuerySchema } from '../../src/platform/http/keyset-page.js';
import { currentRequestId } from '../../src/platform/http/request-context.js';
import {
  BodyAsBytes,
  Cors,
  HtmlPage,
  RateLimit,
} from '../../src/platform/http/route-decorators.js';
import { forbidden, notFound, unavailable } from '../../src/platform/http/standard-problems.js';
import {
  type IdParameter,
  emailAddress,
  idParameterSchema,
  instant,
  isoDate,
  text,
} from '../../src/platform/http/text.schema.js';

const signUpSchema = z
  .strictObject({
    givenName: text({ max: 50, needed: 'Please tell us your first name.' }),
    email: emailAddress().optional(),
    dateOfBirth: isoDate().optional(),
    country: country().default('GB'),
    message: text({ max: 500, multiline: true }).optional(),
    interests: z
      .array(text({ max: 20 }))
      .max(5)
      .optional(),
    consent: z.strictObject({
      privacyNotice: text({ max: 20 }),
      email: z.boolean().default(false),
      sms: z.boolean().default(false),
    }),
  })
  .meta({ id: 'SignUp' });

const signedUpSchema = z
  .object({
    givenName: z.string(),
    consent: z.object({ email: z.boolean(), sms: z.boolean() }).loose(),
    at: instant(),
  })
  .meta({ id: 'SignedUp' });

const thingSchema = z.object({ id: z.string(), name: z.string() }).meta({ id: 'Thing' });
const thingsQuerySchema = pageQuerySchema.extend({ colour: z.enum(['red', 'blue']).optional() });

/** One small controller per manner of the contract. */
@Controller('v1')
export class ExampleController {
  @Post('sign-ups')
  @Cors('join-form')
  @Answers(201, signedUpSchema, 'Signed up')
  signUp(@Body({ schema: signUpSchema }) body: z.infer<typeof signUpSchema>): object {
    return { ...body, at: new Date('2026-11-23T09:30:00Z'), password: 'never to be seen' };
  }

  @Get('things')
  @Cors('anyone')
  @Answers(200, pageOf(thingSchema), 'Things')
  things(@Query({ schema: thingsQuerySchema }) query: z.infer<typeof thingsQuerySchema>): object {
    return { data: [{ id: '1', name: JSON.stringify(query), secret: 1 }], nextCursor: null };
  }

  @Get('things/:id')
  @Header('Cache-Control', 'public, max-age=60')
  @Answers(200, thingSchema, 'One thing')
  thing(@Param({ schema: idParameterSchema }) { id }: IdParameter): object {
    return { id, name: currentRequestId() };
  }

  @Delete('things/:id')
  @Answers(204, undefined, 'Gone')
  remove(): void {}

  @Get('wrong-answer')
  @Answers(200, thingSchema, 'Cannot be')
  wrongAnswer(): object {
    return { id: 5, name: 'ada@example.org' };
  }

  @Get('limited')
  @RateLimit({ name: 'limited', per: 'address', points: 2, seconds: 60 })
  limited(): object {
    return { ok: true };
  }

  @Post('echo')
  @Answers(200, undefined, 'What came')
  echo(@Body() body: unknown): object {
    return { form: isFormBody(body), body };
  }

  @Post('webhook')
  @BodyAsBytes()
  webhook(@Body() body: Buffer): object {
    return { hex: body.toString('hex') };
  }

  @Get('fails/:how')
  fails(@Param('how') how: string): never {
    throw FAILURES[how]?.() ?? notFound();
  }

  @Post('page')
  @HtmlPage()
  post(@Body() _body: unknown): never {
    throw unavailable(7);
  }

  @Get('page/:how')
  @HtmlPage(['https://www.example.org'])
  @Header('Content-Type', 'text/html; charset=utf-8')
  page(@Param('how') how: string): string {
    if (how === 'away') throw unavailable(7);
    if (how === 'missing') throw notFound('<script>alert(1)</script>');
    return '<!doctype html><title>hello</title>';
  }
}

function databaseError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code, detail: 'Key (email)=(ada@example.org)' });
}

/** Failures of every kind that a handler can meet. */
export const FAILURES: Readonly<Record<string, () => Error>> = {
  bug: () => new TypeError('secret column ada@example.org'),
  permission: () => forbidden('people.read'),
  teapot: () => new HttpException('I said so', 418),
  refused: () => databaseError('ECONNREFUSED', 'connect ECONNREFUSED'),
  several: () => new AggregateError([databaseError('ECONNREFUSED', 'no')], ''),
  timeout: () => new Error('timeout exceeded when trying to connect'),
  statement: () =>
    new QueryFailedError('SELECT $1', ['ada@example.org'], databaseError('57014', 'canceling')),
  shutdown: () =>
    new QueryFailedError('SELECT 1', [], databaseError('57P01', 'terminating connection')),
  unique: () =>
    new QueryFailedError('INSERT', ['ada@example.org'], databaseError('23505', 'duplicate key')),
};

@Module({ controllers: [ExampleController] })
export class ExampleModule implements OnModuleInit {
  constructor(private readonly cors: CorsPolicies) {}

  onModuleInit(): void {
    this.cors.register('join-form', {
      origins: originMatcher(['https://www.example.org', 'http://localhost:*']),
    });
  }
}
