import type { Caller } from '../caller.js';
import type { RouteRule, RouteRules } from '../route-rule.js';

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

/** Who covers a post is for those to say who may change it; the permission to say it is wider. */
const changesPost = (status: number) => (who: Caller) =>
  ['national_administrator', 'regional_organiser'].includes(who.role) && who.level !== 'branch'
    ? status
    : 403;

/** The directory: units with their posts, who covers them, and where they lie. */
export const UNIT_RULES: RouteRules = {
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
  'POST /v1/admin/coverage-rules': [
    {
      about: 'postcodes that nobody has',
      needs: 'units.write',
      ask: async ({ subjects }, place) => ({
        body: { unitId: place.branch.id, code: await subjects.uncoveredOutcode() },
      }),
      inside: changesBranch(201),
      // A unit that is not theirs is no unit.
      outside: 422,
    },
    {
      about: 'an area that the reference data does not know',
      needs: 'units.write',
      ask: ({ subjects }, place) => ({
        body: { unitId: place.branch.id, kind: 'ward', code: subjects.ward() },
      }),
      // Nobody can tell whose postcodes these are.
      inside: (who) =>
        who.role === 'national_administrator' && who.level === 'national' ? 201 : 403,
      outside: 422,
    },
  ],
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

  'POST /v1/admin/posts/{id}/cover': [
    {
      about: 'a post of a branch',
      needs: 'cover.write',
      ask: async ({ subjects, accounts }, place) => ({
        id: await subjects.uncovered(place),
        body: { ...(await accounts.cover(place)) },
      }),
      inside: changesPost(201),
      outside: 404,
    },
    {
      about: 'the post that the caller holds',
      needs: 'cover.write',
      ask: async ({ subjects, accounts, caller }, place) => ({
        id: await subjects.officeOf(place, caller.id),
        body: { ...(await accounts.cover(place)) },
      }),
      inside: 201,
      // They hold it in name alone: no role of theirs reaches there.
      outside: 404,
    },
  ],
  'DELETE /v1/admin/posts/{id}/cover/{coverId}': {
    needs: 'cover.write',
    ask: async ({ subjects, accounts }, place) => {
      const id = await subjects.uncovered(place);
      return { id, coverId: await accounts.covering(id, place) };
    },
    inside: changesPost(204),
    outside: 404,
  },
};
