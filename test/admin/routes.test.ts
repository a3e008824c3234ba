import { Controller, Get, Module, Post } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Needs } from '../../src/organisers/admin-route.decorators.js';
import { AdminRoutes } from '../../src/organisers/admin-routes.js';
import { Direct } from '../../src/platform/http/direct-route.js';
import { serve } from '../http/support.js';
import { type AdminStage, startAdminStage } from './support.js';

interface Parameter {
  readonly name: string;
}

const LISTS = [
  '/v1/admin/follow-ups',
  '/v1/admin/follow-ups/mine',
  '/v1/admin/follow-ups/overdue',
  '/v1/admin/follow-ups/unassigned',
  '/v1/admin/join-submission-batches',
  '/v1/admin/join-submissions',
  '/v1/admin/people',
];
/** Lists that are narrowed otherwise than by region, or not at all. */
const OTHER_LISTS = [
  '/v1/admin/allocation-runs',
  '/v1/admin/allocation-runs/{id}/people',
  '/v1/admin/api-keys',
  '/v1/admin/audit',
  '/v1/admin/branches',
  '/v1/admin/coverage-gaps',
  '/v1/admin/coverage-rules',
  '/v1/admin/forms',
  '/v1/admin/grants',
  '/v1/admin/organisers',
  '/v1/admin/organisers/invitations',
  '/v1/admin/postcode-datasets',
  '/v1/admin/posts',
  '/v1/admin/regions',
  '/v1/admin/sessions',
];

// What each of them answers whom stands in rights/route-rules.ts.
describe('every admin route', () => {
  let stage: AdminStage;
  beforeAll(async () => {
    stage = await startAdminStage();
  });
  afterAll(() => stage.close());

  const routes = () => stage.app.get(AdminRoutes, { strict: false }).list();

  it('is the same as in the API description, where each says that it needs a token', async () => {
    const { body } = await stage.call().get('/openapi.json').expect(200);
    const { paths } = body as { paths: Record<string, Record<string, { security?: unknown }>> };
    const described = Object.entries(paths)
      .filter(([path]) => path.startsWith('/v1/admin'))
      .flatMap(([path, item]) =>
        Object.entries(item).map(([method, { security }]) => ({
          route: `${method.toUpperCase()} ${path.replaceAll(/{(\w+)}/g, ':$1')}`,
          secured: security !== undefined,
        })),
      );
    expect(described.map(({ route }) => route).sort()).toEqual(
      routes()
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    );
    const open = described.filter(({ secured }) => !secured).map(({ route }) => route);
    expect(open.sort()).toEqual([
      'GET /v1/admin/sessions/openid',
      'GET /v1/admin/sessions/openid/callback',
      'GET /v1/admin/sessions/openid/start',
      'POST /v1/admin/invitations/accept',
      'POST /v1/admin/password-resets',
      'POST /v1/admin/password-resets/complete',
      'POST /v1/admin/sessions',
      'POST /v1/admin/sessions/openid',
    ]);
  });

  it('names its limit, its cursor and its filters in the API description where it is a list', async () => {
    const { body } = await stage.call().get('/openapi.json').expect(200);
    const { paths } = body as { paths: Record<string, { get?: { parameters: Parameter[] } }> };
    const lists = [...LISTS, ...OTHER_LISTS];
    const named = Object.entries(paths).flatMap(([path, { get }]) =>
      get === undefined || !lists.includes(path)
        ? []
        : [{ path, parameters: get.parameters.map(({ name }) => name) }],
    );
    expect(named.map(({ path }) => path).sort()).toEqual(lists.sort());
    for (const { path, parameters } of named) {
      expect(parameters, path).toEqual(expect.arrayContaining(['limit', 'cursor']));
      if (LISTS.includes(path)) expect(parameters, path).toContain('region');
    }
  });

  it('is not reached by another spelling of its path', async () => {
    for (const path of [
      '/v1/%61dmin/people',
      '/v1//admin/people',
      '/V1/Admin/people',
      '/v1/admin/people/',
      '/v1/admin/../admin/people',
      '/v1/x/../admin/people',
    ]) {
      const { status } = await stage.call().get(path);
      expect([`${path} 401`, `${path} 404`]).toContain(`${path} ${status}`);
    }
  });
});

describe('an application', () => {
  @Controller('v1/admin/forgotten')
  class ForgottenController {
    @Get()
    read(): object {
      return {};
    }
  }

  @Controller('v1/elsewhere')
  class MisplacedController {
    @Post('something')
    @Needs('people.read')
    write(): object {
      return {};
    }
  }

  @Controller('v1/admin/direct')
  class DirectController {
    @Get()
    @Direct()
    @Needs('people.read')
    read(): object {
      return {};
    }
  }

  it.each([
    ['an admin route that no guard stands before', DirectController, /must not be direct/],
    ['an admin route that names no permission', ForgottenController, /must say what it needs/],
    ['a permission where the guard does not look', MisplacedController, /stands outside/],
  ])('does not start with %s', async (_what, controller, fault) => {
    @Module({ imports: [DiscoveryModule], providers: [AdminRoutes], controllers: [controller] })
    class Faulty {}
    await expect(serve(Faulty)).rejects.toThrow(fault);
  });
});
