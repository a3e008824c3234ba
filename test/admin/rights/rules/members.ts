import type { RouteRule, RouteRules } from '../route-rule.js';

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

/** Who joined, and what is to be done about it. */
export const MEMBER_RULES: RouteRules = {
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
    organisersAlone: true,
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
};
