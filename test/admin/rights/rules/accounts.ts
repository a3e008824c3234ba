import type { Caller } from '../caller.js';
import { colleaguesRole } from '../accounts.js';
import type { Expected, RouteRule, RouteRules } from '../route-rule.js';

/** Who knows of the accounts that have a role on a unit of theirs; a treasurer, of treasurers. */
const KNOWING: readonly string[] = ['national_administrator', 'regional_organiser', 'treasurer'];

/** Administers the whole organisation. The office is given on the national unit alone. */
const administers = ({ role, level }: Caller) =>
  role === 'national_administrator' && level === 'national';

const known =
  (wanted: Expected) =>
  ({ role }: Caller): Expected =>
    KNOWING.includes(role) ? wanted : 404;
/** The same of somebody who has nothing to do with the caller's units. */
const knownOutside = (wanted: Expected) => (who: Caller) =>
  who.level === 'national' ? known(wanted)(who) : 404;

/** Renames whom they know, where they administer everybody. */
const renames = (who: Caller): Expected => (administers(who) ? 200 : known(403)(who));

const colleague: RouteRule['ask'] = async ({ accounts, caller }, place) => {
  const { id } = await accounts.colleague(place, colleaguesRole(caller));
  return { id, shows: `"id":"${id}"`, version: 1, body: { name: 'Another name' } };
};
const closed: RouteRule['ask'] = async (world, place) => ({
  ...(await colleague(world, place)),
  body: {},
});
const invitation: RouteRule['ask'] = async ({ accounts, caller }, place) => {
  const id = await accounts.invitation(place, colleaguesRole(caller));
  return { id, shows: id };
};

/**
 * What only who administers everybody may do to an account. A national administrator of less than
 * the country cannot be made; were there one, nothing would be done: 401, as if the grant had ended.
 */
const toAccount = (status: number) => ({ national: status, region: 401, branch: 401 });

/** Accounts of organisers, and invitations to one. */
export const ACCOUNT_RULES: RouteRules = {
  'GET /v1/admin/organisers': {
    needs: 'organisers.read',
    ask: async ({ accounts, caller }, place) => {
      const { id, email } = await accounts.colleague(place, colleaguesRole(caller));
      return { query: `?q=${email}`, shows: id };
    },
    inside: 'shown',
    outside: 'absent',
  },
  'GET /v1/admin/organisers/{id}': [
    {
      about: 'somebody with a role',
      needs: 'session',
      ask: colleague,
      inside: known('shown'),
      outside: knownOutside('shown'),
    },
    {
      about: 'the caller',
      needs: 'session',
      ask: ({ caller: { id } }) => ({ id, shows: `"id":"${id}"` }),
      inside: 'shown',
    },
  ],
  'PATCH /v1/admin/organisers/{id}': [
    {
      about: 'somebody with a role',
      needs: 'session',
      ask: colleague,
      inside: renames,
      inGrace: 404,
      outside: (who) => (who.level === 'national' ? renames(who) : 404),
    },
    {
      about: 'the caller',
      needs: 'session',
      ask: async ({ accounts, caller }) => {
        const { id, token } = await accounts.twinOf(caller);
        return { id, token, version: 1, body: { name: 'Another name' } };
      },
      inside: 200,
    },
  ],
  'POST /v1/admin/organisers/{id}/disable': [
    {
      about: 'somebody with a role',
      needs: 'accounts.write',
      ask: closed,
      inside: toAccount(200),
      outside: 404,
    },
    {
      about: 'the caller',
      needs: 'accounts.write',
      ask: ({ caller: { id } }) => ({ id, body: {} }),
      inside: toAccount(409),
    },
  ],
  'POST /v1/admin/organisers/{id}/enable': {
    needs: 'accounts.write',
    ask: closed,
    inside: toAccount(200),
    outside: 404,
  },
  'POST /v1/admin/organisers/{id}/second-factor/reset': [
    {
      about: 'somebody with a role',
      needs: 'second_factors.reset',
      ask: async ({ accounts, caller }, place) => {
        const { id } = await accounts.colleague(place, colleaguesRole(caller));
        await accounts.secondFactor(id);
        return { id };
      },
      // Who has lost theirs is for the whole organisation to say.
      inside: { national: 204, region: 404, branch: 404 },
      outside: 404,
    },
    {
      about: 'the caller',
      needs: 'second_factors.reset',
      ask: ({ caller: { id } }) => ({ id }),
      inside: 409,
    },
  ],

  'POST /v1/admin/organisers': {
    needs: 'organisers.write',
    ask: ({ accounts, caller }, place) => ({
      body: {
        email: accounts.address(),
        name: 'Somebody',
        role: colleaguesRole(caller),
        unitId: place.branch.id,
      },
    }),
    inside: 201,
    // A unit that is not theirs is no unit.
    outside: 422,
  },
  'GET /v1/admin/organisers/invitations': {
    needs: 'organisers.read',
    ask: invitation,
    inside: 'shown',
    outside: 'absent',
  },
  'POST /v1/admin/organisers/invitations/{id}/resend': {
    needs: 'organisers.write',
    ask: invitation,
    inside: 200,
    outside: 404,
  },
  'DELETE /v1/admin/organisers/invitations/{id}': {
    needs: 'organisers.write',
    ask: invitation,
    inside: 204,
    outside: 404,
  },
};
