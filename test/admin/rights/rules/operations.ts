import type { RouteRule, RouteRules } from '../route-rule.js';

const run: RouteRule['ask'] = async ({ subjects }) => {
  const id = await subjects.run();
  return { id, shows: id };
};

/** Runs over everybody, the trail, the queues. */
export const OPERATION_RULES: RouteRules = {
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
