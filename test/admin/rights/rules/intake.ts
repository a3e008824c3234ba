import { daysAgo, stallCard } from '../../../factories/intake.js';
import type { RouteRule, RouteRules } from '../route-rule.js';

const batch: RouteRule['ask'] = async ({ subjects }, place) => {
  const id = await subjects.batch(place);
  return { id, shows: id, version: 1, body: { name: 'Another name' } };
};

/** What organisers type, of calls and cards. */
export const INTAKE_RULES: RouteRules = {
  'POST /v1/admin/join-submissions': [
    {
      about: 'for a branch',
      needs: 'join_submissions.write',
      ask: (_world, place) => ({
        body: stallCard({ postcode: undefined, branch: place.branch.slug }),
      }),
      inside: 201,
      // A branch that is not theirs is no branch.
      outside: 422,
    },
    {
      about: 'in a batch',
      needs: 'join_submissions.write',
      ask: async ({ subjects }, place) => ({
        body: stallCard({ batchId: await subjects.batch(place) }),
      }),
      inside: 201,
      outside: 422,
    },
    {
      about: 'of somebody who is known',
      needs: 'join_submissions.write',
      ask: async ({ subjects }, place) => ({
        body: stallCard({ personId: (await subjects.submission(place)).personId }),
      }),
      inside: 201,
      outside: 422,
    },
  ],
  'POST /v1/admin/join-submissions/matches': {
    needs: 'join_submissions.write',
    ask: async ({ subjects }, place) => {
      const { email, personId } = await subjects.submission(place);
      return { body: { email }, shows: personId };
    },
    inside: 'shown',
    outside: 'absent',
  },
  'GET /v1/admin/join-submission-batches': {
    needs: 'join_submissions.read',
    ask: batch,
    inside: 'shown',
    outside: 'absent',
  },
  'GET /v1/admin/join-submission-batches/{id}': {
    needs: 'join_submissions.read',
    ask: batch,
    inside: 'shown',
    outside: 404,
  },
  'POST /v1/admin/join-submission-batches': {
    needs: 'join_submissions.write',
    ask: (_world, place) => ({
      body: {
        name: 'A stall',
        channel: 'stall_card',
        conversationOn: daysAgo(1),
        branch: place.branch.slug,
      },
    }),
    inside: 201,
    outside: 422,
  },
  'PATCH /v1/admin/join-submission-batches/{id}': {
    needs: 'join_submissions.write',
    ask: batch,
    inside: 200,
    outside: 404,
  },
  'POST /v1/admin/join-submission-batches/{id}/submissions': {
    needs: 'join_submissions.write',
    ask: async ({ subjects }, place) => ({
      id: await subjects.batch(place),
      body: { items: [stallCard({ card: '1' })] },
      shows: '"taken":1',
    }),
    inside: 'shown',
    outside: 404,
  },
};
