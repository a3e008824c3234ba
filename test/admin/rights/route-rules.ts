import type { Permission } from '../../../src/organisers/permissions.js';
import { TEST_PASSWORD } from '../../factories/organisation.js';
import type { AdminStage } from '../support.js';
import { type Caller, type Level, openSession } from './caller.js';
import type { Place, Subjects } from './subjects.js';

/** What is sent, and what tells in the answer that the subject is shown. */
export interface Asked {
  readonly id?: string;
  readonly body?: object;
  /** The version that `If-Match` names. */
  readonly version?: number;
  /** Instead of the caller's. */
  readonly token?: string;
  /** For a list: stands in the answer exactly where the subject is shown. */
  readonly shows?: string;
}

/** A status; or a 200 that shows the subject, or that does not. */
export type Expected = number | 'shown' | 'absent';

/** What a route answers whom; see the table below. */
export interface RouteRule {
  readonly needs: Permission | 'session' | 'anybody';
  /** Makes the subject at a place, anew each time. Without it nothing has to be there. */
  readonly ask?: (world: World, place: Place) => Promise<Asked> | Asked;
  /** For a subject within the caller's units; by the level of the grant where that matters. */
  readonly inside: Expected | Readonly<Record<Level, Expected>>;
  /** For one outside of them; undefined where it concerns the whole organisation. */
  readonly outside?: Expected;
}

export interface World {
  readonly stage: AdminStage;
  readonly subjects: Subjects;
  readonly caller: Caller;
}

const submission: RouteRule['ask'] = async ({ subjects }, place) => {
  const { id } = await subjects.submission(place);
  return { id, shows: id };
};
const person: RouteRule['ask'] = async ({ subjects }, place) => {
  const { personId } = await subjects.submission(place);
  return { id: personId, shows: personId };
};
const duty: RouteRule['ask'] = async ({ subjects }, place) => {
  const { followUpId } = await subjects.submission(place);
  return { id: followUpId, shows: followUpId, body: {} };
};
const unassigned: RouteRule['ask'] = async ({ subjects }, place) => ({
  shows: await subjects.dutyOf(place, null),
});
const run: RouteRule['ask'] = async ({ subjects }) => {
  const id = await subjects.run();
  return { id, shows: id };
};
const branch: RouteRule['ask'] = (_world, place) => ({
  id: place.branch.id,
  shows: place.branch.slug,
});
const region: RouteRule['ask'] = (_world, place) => ({
  id: place.region.id,
  shows: place.region.id,
});

/** Branches with their rules and posts: who holds the region may change them, the branch may not. */
const changesBranch = (status: number) => ({ national: status, region: status, branch: 403 });

/**
 * Every route of `/v1/admin`: what it needs, how to make something for it inside and outside of the
 * caller's units, and what is to be answered. A route that is not here fails the test by its name.
 * Whoever lacks the permission hears 403 with its name, and whoever is not signed in 401: that is
 * the same for all, and not said again.
 */
export const ROUTE_RULES: Readonly<Record<string, RouteRule>> = {
  'POST /v1/admin/sessions': {
    needs: 'anybody',
    ask: () => ({ body: { email: 'wales@example.org', password: TEST_PASSWORD } }),
    inside: 201,
  },
  'GET /v1/admin/sessions': {
    needs: 'session',
    // Nobody sees sessions of others: outside is another account, whatever its units are.
    ask: async ({ stage, caller, subjects }, place) => {
      const owner = place === subjects.inside ? caller.id : stage.organisation.organisers.dpo.id;
      return { shows: (await openSession(stage.database, owner)).id };
    },
    inside: 'shown',
    outside: 'absent',
  },
  'DELETE /v1/admin/sessions/{id}': {
    needs: 'session',
    ask: async ({ stage, caller, subjects }, place) => {
      const owner = place === subjects.inside ? caller.id : stage.organisation.organisers.dpo.id;
      return { id: (await openSession(stage.database, owner)).id };
    },
    inside: 204,
    outside: 404,
  },
  'DELETE /v1/admin/sessions/current': {
    needs: 'session',
    ask: async ({ stage, caller }) => ({
      token: (await openSession(stage.database, caller.id)).token,
    }),
    inside: 204,
  },
  'GET /v1/admin/me': { needs: 'session', inside: 200 },

  'GET /v1/admin/join-submissions': {
    needs: 'join_submissions.read',
    ask: submission,
    inside: 'shown',
    outside: 'absent',
  },
  'GET /v1/admin/join-submissions/{id}': {
    needs: 'join_submissions.read',
    ask: submission,
    inside: 'shown',
    outside: 404,
  },
  'POST /v1/admin/join-submissions/{id}/contacted': {
    needs: 'join_submissions.write',
    ask: async ({ subjects }, place) => ({
      id: (await subjects.submission(place)).id,
      body: { outcome: 'spoke' },
    }),
    inside: 200,
    outside: 404,
  },

  'GET /v1/admin/people': {
    needs: 'people.read',
    ask: person,
    inside: 'shown',
    outside: 'absent',
  },
  'GET /v1/admin/people/{id}': {
    needs: 'people.read',
    ask: person,
    inside: 'shown',
    outside: 404,
  },
  'PATCH /v1/admin/people/{id}': {
    needs: 'people.write',
    ask: async ({ subjects }, place) => ({
      id: (await subjects.submission(place)).personId,
      version: 1,
      body: { givenName: 'Kim' },
    }),
    inside: 200,
    outside: 404,
  },
  'GET /v1/admin/people/{id}/allocation': {
    needs: 'people.read',
    ask: person,
    inside: 'shown',
    outside: 404,
  },
  'POST /v1/admin/people/{id}/allocation': {
    needs: 'allocations.write',
    ask: async ({ subjects }, place) => ({
      id: (await subjects.submission(place)).personId,
      body: { branch: place.branch.slug, reason: 'asked for it' },
    }),
    inside: 201,
    outside: 404,
  },
  'DELETE /v1/admin/people/{id}/allocation/override': {
    needs: 'allocations.write',
    ask: async ({ subjects }, place) => ({ id: await subjects.overridden(place) }),
    inside: 200,
    outside: 404,
  },

  'GET /v1/admin/follow-ups': {
    needs: 'follow_ups.read',
    ask: duty,
    inside: 'shown',
    outside: 'absent',
  },
  'GET /v1/admin/follow-ups/mine': {
    needs: 'follow_ups.read',
    ask: async ({ subjects, caller }, place) => ({
      shows: await subjects.dutyOf(place, caller.id),
    }),
    inside: 'shown',
    outside: 'absent',
  },
  'GET /v1/admin/follow-ups/overdue': {
    needs: 'follow_ups.read',
    ask: duty,
    inside: 'shown',
    outside: 'absent',
  },
  'GET /v1/admin/follow-ups/unassigned': {
    needs: 'follow_ups.read',
    ask: unassigned,
    inside: 'shown',
    outside: 'absent',
  },
  'POST /v1/admin/follow-ups/{id}/acknowledge': {
    needs: 'follow_ups.write',
    ask: duty,
    inside: 200,
    outside: 404,
  },
  'POST /v1/admin/follow-ups/{id}/done': {
    needs: 'follow_ups.write',
    ask: duty,
    inside: 200,
    outside: 404,
  },
  'POST /v1/admin/follow-ups/{id}/no-answer': {
    needs: 'follow_ups.write',
    ask: duty,
    inside: 200,
    outside: 404,
  },

  'GET /v1/admin/regions': {
    needs: 'units.read',
    ask: region,
    inside: { national: 'shown', region: 'shown', branch: 'absent' },
    outside: 'absent',
  },
  'POST /v1/admin/regions': {
    needs: 'regions.write',
    ask: ({ subjects }) => ({ body: { slug: `region-${subjects.next()}`, name: 'A region' } }),
    // The shape of the organisation is for those who hold all of it.
    inside: { national: 201, region: 403, branch: 403 },
  },
  'GET /v1/admin/regions/{id}': {
    needs: 'units.read',
    ask: region,
    inside: { national: 'shown', region: 'shown', branch: 404 },
    outside: 404,
  },
  'PATCH /v1/admin/regions/{id}': {
    needs: 'regions.write',
    ask: async ({ subjects }, place) => ({
      id: place.region.id,
      version: await subjects.versionOf(place.region),
      body: { phone: `01632 ${subjects.next()}` },
    }),
    inside: { national: 200, region: 403, branch: 404 },
    outside: 404,
  },
  'GET /v1/admin/branches': {
    needs: 'units.read',
    ask: branch,
    inside: 'shown',
    outside: 'absent',
  },
  'POST /v1/admin/branches': {
    needs: 'units.write',
    ask: ({ subjects }, place) => ({
      body: { slug: `branch-${subjects.next()}`, name: 'A branch', region: place.region.slug },
    }),
    // A region that is not theirs is no region.
    inside: { national: 201, region: 201, branch: 422 },
    outside: 422,
  },
  'GET /v1/admin/branches/{id}': {
    needs: 'units.read',
    ask: branch,
    inside: 'shown',
    outside: 404,
  },
  'PATCH /v1/admin/branches/{id}': {
    needs: 'units.write',
    ask: async ({ subjects }, place) => ({
      id: place.branch.id,
      version: await subjects.versionOf(place.branch),
      body: { phone: `01632 ${subjects.next()}` },
    }),
    inside: changesBranch(200),
    outside: 404,
  },
  'GET /v1/admin/posts': {
    needs: 'units.read',
    ask: async ({ subjects }, place) => ({ shows: (await subjects.post(place)).id }),
    inside: 'shown',
    outside: 'absent',
  },
  'GET /v1/admin/posts/{id}': {
    needs: 'units.read',
    ask: async ({ subjects }, place) => {
      const { id } = await subjects.post(place);
      return { id, shows: id };
    },
    inside: 'shown',
    outside: 404,
  },
  'PATCH /v1/admin/posts/{id}': {
    needs: 'units.write',
    ask: async ({ subjects }, place) => ({
      ...(await subjects.post(place)),
      body: { standInId: null },
    }),
    inside: changesBranch(200),
    outside: 404,
  },
  'GET /v1/admin/coverage-rules': {
    needs: 'units.read',
    ask: async ({ subjects }, place) => ({ shows: await subjects.coverageRule(place) }),
    inside: 'shown',
    outside: 'absent',
  },
  'POST /v1/admin/coverage-rules': {
    needs: 'units.write',
    ask: ({ subjects }, place) => ({
      body: { unitId: place.branch.id, kind: 'ward', code: subjects.ward() },
    }),
    inside: changesBranch(201),
    // A unit that is not theirs is no unit.
    outside: 422,
  },
  'DELETE /v1/admin/coverage-rules/{id}': {
    needs: 'units.write',
    ask: async ({ subjects }, place) => ({ id: await subjects.coverageRule(place) }),
    inside: changesBranch(204),
    outside: 404,
  },
  'GET /v1/admin/coverage-gaps': {
    needs: 'people.read',
    ask: async ({ subjects }, place) => {
      const outcode = place === subjects.inside ? 'LD1' : 'HX3';
      await subjects.personWithoutBranch(place, outcode);
      return { shows: outcode };
    },
    // Whoever has no branch belongs to the region.
    inside: { national: 'shown', region: 'shown', branch: 'absent' },
    outside: 'absent',
  },
  'GET /v1/admin/coverage.geojson': {
    needs: 'units.read',
    ask: async ({ subjects }, place) => {
      await subjects.position(place);
      return { shows: place.branch.slug };
    },
    inside: 'shown',
    outside: 'absent',
  },
  'GET /v1/admin/postcode-datasets': { needs: 'units.read', inside: 200 },

  'POST /v1/admin/coverage-rules/dry-run': {
    needs: 'allocation_runs.write',
    ask: async ({ subjects }) => {
      await subjects.noRuns();
      return { body: {} };
    },
    inside: 202,
  },
  'POST /v1/admin/allocations/recompute': {
    needs: 'allocation_runs.write',
    // A dry run has to be finished first, and no worker runs here.
    ask: async ({ subjects }) => ({ body: { dryRunId: await subjects.run() } }),
    inside: 409,
  },
  'GET /v1/admin/allocation-runs': {
    needs: 'allocation_runs.read',
    ask: run,
    inside: 'shown',
  },
  'GET /v1/admin/allocation-runs/{id}': {
    needs: 'allocation_runs.read',
    ask: run,
    inside: 'shown',
  },
  'GET /v1/admin/allocation-runs/{id}/people': {
    needs: 'allocation_runs.read',
    ask: async ({ subjects }, place) => {
      const { id, personId } = await subjects.runOver(place);
      return { id, shows: personId };
    },
    inside: 'shown',
    outside: 'absent',
  },
  'POST /v1/admin/allocation-runs/{id}/cancel': {
    needs: 'allocation_runs.write',
    ask: run,
    inside: 200,
  },

  'GET /v1/admin/audit': {
    needs: 'audit.read',
    ask: async ({ subjects }) => ({ shows: await subjects.deed() }),
    // Whoever does not watch over everybody sees what they did themselves, and no more.
    inside: { national: 'shown', region: 'absent', branch: 'absent' },
  },
  'GET /v1/admin/queues': { needs: 'queues.read', inside: 200 },
  'POST /v1/admin/queues/dead/{id}/retry': {
    needs: 'queues.write',
    ask: async ({ subjects }) => ({ id: await subjects.deadJob() }),
    inside: 204,
  },
};
