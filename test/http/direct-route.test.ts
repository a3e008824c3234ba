import {
  type CanActivate,
  Controller,
  Get,
  Header,
  Headers,
  HttpCode,
  Inject,
  Module,
  Query,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Direct } from '../../src/platform/http/direct-route.js';
import { currentRequestId } from '../../src/platform/http/request-context.js';
import { Cors } from '../../src/platform/http/route-decorators.js';
import { unavailable } from '../../src/platform/http/standard-problems.js';
import { LOGGER, type Logger } from '../../src/platform/logging/logger.js';
import { eventually, serve, type Served } from './support.js';

const querySchema = z.strictObject({ n: z.string().transform(Number).default(7) });

@Controller('direct')
class DirectController {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  @Get()
  @Direct((url) => (url.endsWith('?plain') ? { n: 42 } : undefined))
  @HttpCode(203)
  @Cors('anyone')
  @Header('Cache-Control', 'public, max-age=9')
  answer(
    @Query({ schema: querySchema }) query: z.output<typeof querySchema>,
    @Req() { method }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): object {
    void reply.header('ETag', '"1"');
    this.logger.info('answering');
    return { n: query.n, method, requestId: currentRequestId() };
  }

  @Get('away')
  @Direct()
  away(): object {
    throw unavailable(3);
  }

  @Get('broken')
  @Direct()
  broken(): object {
    throw new Error('a fault of ours');
  }

  @Get('promised')
  @Direct()
  promised(): Promise<string> {
    return Promise.resolve('later');
  }

  @Get('after')
  after(): object {
    return { requestId: currentRequestId() };
  }
}

@Module({ controllers: [DirectController] })
class DirectModule {}

let served: Served;
beforeAll(async () => {
  served = await serve(DirectModule);
});
afterAll(() => served.app.close());

const get = (path: string) => request(served.url).get(path).set('X-Request-Id', 'caller-1');

describe('a route that is called directly', () => {
  it('has its parameters read, and answers with its status and headers and ours', async () => {
    const { body, headers } = await get('/direct?n=3').expect(203);
    expect(body).toEqual({ n: 3, method: 'GET', requestId: 'caller-1' });
    expect(headers).toMatchObject({
      'cache-control': 'public, max-age=9',
      etag: '"1"',
      'access-control-allow-origin': '*',
      'x-request-id': 'caller-1',
      'x-content-type-options': 'nosniff',
      'content-type': 'application/json; charset=utf-8',
    });
  });

  it('takes the plain reading of its query where there is one, else the schema', async () => {
    expect((await get('/direct?plain')).body.n).toBe(42);
    expect((await get('/direct')).body.n).toBe(7);
    const { body } = await get('/direct?n=1&n=2&x=3').expect(422);
    expect(
      body.errors.map(({ path, code }: { path: string; code: string }) => [path, code]),
    ).toEqual(
      expect.arrayContaining([
        ['n', 'repeated_parameter'],
        ['x', 'unknown_field'],
      ]),
    );
    await get('/direct?n=%C3%28').expect(400);
  });

  it('logs under the id of its request, and leaves nothing of it to the next', async () => {
    await get('/direct');
    const line = await eventually(() => served.log.find(({ msg }) => msg === 'answering'));
    expect(line).toMatchObject({ requestId: 'caller-1' });
    const { body } = await request(served.url).get('/direct/after').set('X-Request-Id', 'caller-2');
    expect(body).toEqual({ requestId: 'caller-2' });
    expect(currentRequestId()).toBeUndefined();
  });

  it('answers problems as all routes do', async () => {
    const { body, headers } = await get('/direct/away').expect(503);
    expect(headers['retry-after']).toBe('3');
    expect(body).toMatchObject({ status: 503, requestId: 'caller-1' });
    const broken = await get('/direct/broken').expect(500);
    expect(broken.headers['content-type']).toContain('application/problem+json');
    expect(broken.text).not.toContain('fault of ours');
    const line = await eventually(() => served.log.find(({ level }) => level === 'error'));
    expect(line).toMatchObject({ requestId: 'caller-1', route: '/direct/broken' });
    await get('/direct/promised').expect(500);
  });

  it('answers HEAD, 304 and 405', async () => {
    const head = await request(served.url).head('/direct').expect(203);
    expect(head.text).toBeUndefined();
    await request(served.url).post('/direct').expect(405);
  });
});

describe('at start', () => {
  class Nobody implements CanActivate {
    canActivate(): boolean {
      return false;
    }
  }

  @Controller('guarded')
  class Guarded {
    @Get()
    @Direct()
    @UseGuards(Nobody)
    secret(): string {
      return 'secret';
    }
  }

  @Controller('guarded')
  @UseGuards(Nobody)
  class GuardedAsAWhole {
    @Get()
    @Direct()
    secret(): string {
      return 'secret';
    }
  }

  @Controller('headers')
  class TakesHeaders {
    @Get()
    @Direct()
    secret(@Headers('authorization') given: string): string {
      return given;
    }
  }

  @Controller('later')
  class Later {
    @Get()
    @Direct()
    async answer(): Promise<string> {
      return 'later';
    }
  }

  it.each([
    ['a promise', Later],
    ['a guard', Guarded],
    ['a guard of its controller', GuardedAsAWhole],
    ['a parameter that only Nest reads', TakesHeaders],
  ])('a handler with %s is refused', async (_what, controller) => {
    @Module({ controllers: [controller] })
    class Refused {}
    await expect(serve(Refused)).rejects.toThrow(/called directly/);
  });
});
