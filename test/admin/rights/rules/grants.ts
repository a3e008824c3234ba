import { colleaguesRole, hoursAhead } from '../accounts.js';
import type { RouteRule, RouteRules } from '../route-rule.js';

/** A grant of somebody else's that ends in two days. */
const grant: RouteRule['ask'] = async ({ accounts, caller }, place) => {
  const { grantId } = await accounts.colleague(place, colleaguesRole(caller), { until: 48 });
  return { id: grantId, shows: grantId, version: 1, body: { validUntil: hoursAhead(96) } };
};
/** The role of a data protection officer is given by the national office alone. */
const grantToFew: RouteRule['ask'] = async ({ accounts }, place) => {
  const { grantId } = await accounts.colleague(place, 'data_protection_officer');
  return { id: grantId, shows: grantId, body: {} };
};
const key: RouteRule['ask'] = async ({ subjects }, place) => {
  const id = await subjects.apiKey(place);
  return { id, shows: id, version: 1, body: { name: 'Another name' } };
};
const form: RouteRule['ask'] = async ({ subjects }, place) => {
  const id = await subjects.form(place);
  return { id, shows: id, version: 1, body: { name: 'Another name' } };
};

/** What is given to people, to programs and to sites. */
export const GRANT_RULES: RouteRules = {
  'GET /v1/admin/grants': {
    needs: 'grants.read',
    ask: async ({ accounts, caller }, place) => {
      const { id, grantId } = await accounts.colleague(place, colleaguesRole(caller));
      return { query: `?organiser=${id}`, shows: grantId };
    },
    inside: 'shown',
    outside: 'absent',
  },
  'GET /v1/admin/grants/{id}': {
    needs: 'grants.read',
    ask: grant,
    inside: 'shown',
    outside: 404,
  },
  'POST /v1/admin/grants': {
    needs: 'grants.write',
    ask: async ({ accounts, caller }, place) => {
      const role = colleaguesRole(caller);
      const { id } = await accounts.colleague(place, role, { from: 48 });
      const body = { organiserId: id, role, unit: place.branch.id, validUntil: hoursAhead(24) };
      return { body };
    },
    inside: 201,
    // Neither the organiser nor the unit is there for them.
    outside: 422,
  },
  'PATCH /v1/admin/grants/{id}': {
    needs: 'grants.write',
    ask: grant,
    inside: 200,
    outside: 404,
  },
  'POST /v1/admin/grants/{id}/confirm': {
    needs: 'grants.write',
    ask: grant,
    inside: 200,
    outside: 404,
  },
  'POST /v1/admin/grants/{id}/end': [
    {
      about: 'of a role that the caller may give',
      needs: 'grants.write',
      ask: async (world, place) => ({ ...(await grant(world, place)), body: {} }),
      inside: 200,
      outside: 404,
    },
    {
      about: 'of a role that few may give',
      needs: 'grants.write',
      ask: grantToFew,
      inside: ({ role }) => {
        if (role === 'national_administrator') return 200;
        // Who leads the unit sees it; a treasurer knows of treasurers alone.
        return role === 'regional_organiser' ? 403 : 404;
      },
      outside: 404,
    },
  ],

  'GET /v1/admin/api-keys': {
    needs: 'api_keys.read',
    ask: key,
    inside: 'shown',
    outside: 'absent',
  },
  'GET /v1/admin/api-keys/{id}': {
    needs: 'api_keys.read',
    ask: key,
    inside: 'shown',
    outside: 404,
  },
  'POST /v1/admin/api-keys': {
    needs: 'api_keys.write',
    ask: (_world, place) => ({
      body: {
        name: 'A program',
        scopes: ['join.post', 'people.read'],
        unitId: place.branch.id,
        expiresAt: hoursAhead(24),
      },
    }),
    inside: 201,
    // A unit that is not theirs is no unit.
    outside: 422,
  },
  'PATCH /v1/admin/api-keys/{id}': {
    needs: 'api_keys.write',
    ask: key,
    inside: 200,
    outside: 404,
  },
  'POST /v1/admin/api-keys/{id}/rotate': {
    needs: 'api_keys.write',
    ask: async (world, place) => ({ ...(await key(world, place)), body: { overlapHours: 1 } }),
    inside: 200,
    outside: 404,
  },
  'DELETE /v1/admin/api-keys/{id}': {
    needs: 'api_keys.write',
    ask: key,
    inside: 204,
    outside: 404,
  },

  'GET /v1/admin/forms': {
    needs: 'forms.read',
    ask: form,
    inside: 'shown',
    outside: 'absent',
  },
  'GET /v1/admin/forms/{id}': {
    needs: 'forms.read',
    ask: form,
    inside: 'shown',
    outside: 404,
  },
  'POST /v1/admin/forms': {
    needs: 'forms.write',
    ask: ({ subjects }, place) => ({
      body: { slug: `made-${subjects.next()}`, name: 'A form', unitId: place.branch.id },
    }),
    inside: 201,
    // A unit that is not theirs is no unit.
    outside: 422,
  },
  'PATCH /v1/admin/forms/{id}': {
    needs: 'forms.write',
    ask: form,
    inside: 200,
    outside: 404,
  },
};
