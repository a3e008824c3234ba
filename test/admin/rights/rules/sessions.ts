import { NEW_PASSWORD } from '../../../accounts/accounts-stage.js';
import { TEST_PASSWORD } from '../../../factories/organisation.js';
import { openSession } from '../caller.js';
import type { RouteRule, RouteRules } from '../route-rule.js';

/** One's own account: somebody with the caller's role, whose password and sessions may be changed. */
const asTwin =
  (body?: object): RouteRule['ask'] =>
  async ({ accounts, caller }) => ({
    token: (await accounts.twinOf(caller)).token,
    ...(body === undefined ? {} : { body }),
  });

/** 32 bytes in base64url. */
const RANDOM = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

/** Signing in and out, and what is the caller's own. */
export const SESSION_RULES: RouteRules = {
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

  'POST /v1/admin/me/password': {
    needs: 'session',
    ask: asTwin({ currentPassword: TEST_PASSWORD, newPassword: NEW_PASSWORD }),
    inside: 204,
  },
  'GET /v1/admin/me/second-factor': { needs: 'session', inside: 200 },
  'POST /v1/admin/me/second-factor': {
    needs: 'session',
    ask: asTwin({ password: TEST_PASSWORD }),
    inside: 201,
  },
  'POST /v1/admin/me/second-factor/confirm': {
    needs: 'session',
    ask: async ({ accounts, caller }) => {
      const { token } = await accounts.twinOf(caller);
      return { token, body: { code: await accounts.codeOfBegun(token) } };
    },
    inside: 200,
  },
  'POST /v1/admin/me/second-factor/recovery-codes': {
    needs: 'session',
    ask: async ({ accounts, caller }) => {
      const { token } = await accounts.twinOf(caller);
      const [recoveryCode] = await accounts.enrolled(token);
      return { token, body: { recoveryCode } };
    },
    inside: 200,
  },
  'POST /v1/admin/me/second-factor/switch-off': {
    needs: 'session',
    ask: async ({ accounts, caller }) => {
      const { token } = await accounts.twinOf(caller);
      const [recoveryCode] = await accounts.enrolled(token);
      return { token, body: { password: TEST_PASSWORD, recoveryCode } };
    },
    inside: 204,
  },

  'POST /v1/admin/password-resets': {
    needs: 'anybody',
    ask: () => ({ body: { email: 'wales@example.org' } }),
    inside: 202,
  },
  'POST /v1/admin/password-resets/complete': {
    needs: 'anybody',
    ask: async ({ accounts, caller }) => ({
      body: { token: await accounts.resetToken(caller), password: NEW_PASSWORD },
    }),
    inside: 204,
  },
  'POST /v1/admin/invitations/accept': {
    needs: 'anybody',
    ask: async ({ accounts }, place) => ({
      body: { token: await accounts.invitationToken(place), password: NEW_PASSWORD },
    }),
    inside: 201,
  },
  // There is no provider here; with one they are in `test/admin/openid.test.ts`.
  'GET /v1/admin/sessions/openid': { needs: 'anybody', inside: 404 },
  'GET /v1/admin/sessions/openid/start': {
    needs: 'anybody',
    ask: () => ({ query: `?challenge=${RANDOM}` }),
    inside: 404,
  },
  'GET /v1/admin/sessions/openid/callback': {
    needs: 'anybody',
    ask: () => ({ query: '?state=something' }),
    inside: 404,
  },
  'POST /v1/admin/sessions/openid': {
    needs: 'anybody',
    ask: () => ({ body: { code: RANDOM, verifier: RANDOM } }),
    inside: 404,
  },
};
