import { Controller, Get, Module, Post } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Needs } from '../../src/organisers/admin-route.decorators.js';
import { AdminRoutes } from '../../src/organisers/admin-routes.js';
import { PERMISSIONS_OF, ROLES } from '../../src/organisers/permissions.js';
import { Direct } from '../../src/platform/http/direct-route.js';
import { giveGrant, makeOrganiser } from '../factories/organisation.js';
import { serve } from '../http/support.js';
import { type AdminStage, bearer, startAdminStage } from './support.js';

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
  '/v1/admin/audit',
  '/v1/admin/branches',
  '/v1/admin/coverage-gaps',
  '/v1/admin/coverage-rules',
  '/v1/admin/postcode-datasets',
  '/v1/admin/posts',
  '/v1/admin/regions',
  '/v1/admin/sessions',
];
const SOME_ID = '018f0000-0000-7000-8000-000000000000';

describe('every admin route', () => {
  let stage: AdminStage;
  beforeAll(async () => {
    stage = await startAdminStage();
  });
  afterAll(() => stage.close());

  const routes = () => stage.app.get(AdminRoutes, { strict: false }).list();
  const send = (method: string, path: string, headers: Record<string, string> = {}) => {
    const verb = method.toLowerCase() as 'get' | 'post' | 'patch' | 'delete';
    const asked = stage.call()[verb](path.replace(':id', SOME_ID)).set(headers);
    return verb === 'get' ? asked : asked.send({});
  };

  it('is known, and the list is what this test walks', () => {
    expect(
      routes()
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    ).toEqual([
      'DELETE /v1/admin/coverage-rules/:id',
      'DELETE /v1/admin/people/:id/allocation/override',
      'DELETE /v1/admin/sessions/:id',
      'DELETE /v1/admin/sessions/current',
      'GET /v1/admin/allocation-runs',
      'GET /v1/admin/allocation-runs/:id',
      'GET /v1/admin/allocation-runs/:id/people',
      'GET /v1/admin/audit',
      'GET /v1/admin/branches',
      'GET /v1/admin/branches/:id',
      'GET /v1/admin/coverage-gaps',
      'GET /v1/admin/coverage-rules',
      'GET /v1/admin/coverage.geojson',
      'GET /v1/admin/follow-ups',
      'GET /v1/admin/follow-ups/mine',
      'GET /v1/admin/follow-ups/overdue',
      'GET /v1/admin/follow-ups/unassigned',
      'GET /v1/admin/join-submission-batches',
      'GET /v1/admin/join-submission-batches/:id',
      'GET /v1/admin/join-submissions',
      'GET /v1/admin/join-submissions/:id',
      'GET /v1/admin/me',
      'GET /v1/admin/people',
      'GET /v1/admin/people/:id',
      'GET /v1/admin/people/:id/allocation',
      'GET /v1/admin/postcode-datasets',
      'GET /v1/admin/posts',
      'GET /v1/admin/posts/:id',
      'GET /v1/admin/queues',
      'GET /v1/admin/regions',
      'GET /v1/admin/regions/:id',
      'GET /v1/admin/sessions',
      'PATCH /v1/admin/branches/:id',
      'PATCH /v1/admin/join-submission-batches/:id',
      'PATCH /v1/admin/people/:id',
      'PATCH /v1/admin/posts/:id',
      'PATCH /v1/admin/regions/:id',
      'POST /v1/admin/allocation-runs/:id/cancel',
      'POST /v1/admin/allocations/recompute',
      'POST /v1/admin/branches',
      'POST /v1/admin/coverage-rules',
      'POST /v1/admin/coverage-rules/dry-run',
      'POST /v1/admin/follow-ups/:id/acknowledge',
      'POST /v1/admin/follow-ups/:id/done',
      'POST /v1/admin/follow-ups/:id/no-answer',
      'POST /v1/admin/join-submission-batches',
      'POST /v1/admin/join-submission-batches/:id/submissions',
      'POST /v1/admin/join-submissions',
      'POST /v1/admin/join-submissions/:id/contacted',
      'POST /v1/admin/join-submissions/matches',
      'POST /v1/admin/people/:id/allocation',
      'POST /v1/admin/queues/dead/:id/retry',
      'POST /v1/admin/regions',
      'POST /v1/admin/sessions',
    ]);
  });

  it('is the same as in the API description, where each says that it needs a token', async () => {
    const { body } = await stage.call().get('/openapi.json').expect(200);
    const { paths } = body as { paths: Record<string, Record<string, { security?: unknown }>> };
    const described = Object.entries(paths)
      .filter(([path]) => path.startsWith('/v1/admin'))
      .flatMap(([path, item]) =>
        Object.entries(item).map(([method, { security }]) => ({
          route: `${method.toUpperCase()} ${path.replace('{id}', ':id')}`,
          secured: security !== undefined,
        })),
      );
    expect(described.map(({ route }) => route).sort()).toEqual(
      routes()
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    );
    expect(described.filter(({ secured }) => !secured)).toEqual([
      { route: 'POST /v1/admin/sessions', secured: false },
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

  it('is a 401 without a token, but the one that signs in', async () => {
    for (const { method, path, access } of routes()) {
      const { status } = await send(method, path);
      const wanted = access.kind === 'anybody' ? 422 : 401;
      expect(`${method} ${path} ${status}`).toBe(`${method} ${path} ${wanted}`);
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

  it('lets each role do what the table of permissions says, and names what is missing', async () => {
    const unit = stage.organisation.units.national.id;
    const seen: object[] = [];
    const expected: object[] = [];
    for (const role of ROLES) {
      const organiser = await makeOrganiser(stage.database, `role-${role}@example.org`);
      await giveGrant(stage.database, organiser.id, role, unit);
      const token = await stage.signIn(organiser.email);
      for (const { method, path, access } of routes()) {
        if (access.kind !== 'permission') continue;
        const answer = await send(method, path, bearer(token));
        const may = PERMISSIONS_OF[role].includes(access.permission);
        seen.push({
          route: `${role}: ${method} ${path}`,
          refusedFor: answer.status === 403 ? answer.body.permission : null,
        });
        expected.push({
          route: `${role}: ${method} ${path}`,
          refusedFor: may ? null : access.permission,
        });
      }
    }
    expect(seen).toEqual(expected);
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
