import { ACCOUNT_RULES } from './rules/accounts.js';
import { GRANT_RULES } from './rules/grants.js';
import { INTAKE_RULES } from './rules/intake.js';
import { MEMBER_RULES } from './rules/members.js';
import { OPERATION_RULES } from './rules/operations.js';
import { SESSION_RULES } from './rules/sessions.js';
import { UNIT_RULES } from './rules/units.js';
import type { RouteRules } from './route-rule.js';

/**
 * Every route of `/v1/admin`: what it needs, how to make something for it inside and outside of the
 * caller's units, and what is to be answered. A route that is not here fails the test by its name.
 * Whoever lacks the permission hears 403 with its name, and whoever is not signed in 401: that is
 * the same for all, and not said again.
 */
export const ROUTE_RULES: RouteRules = {
  ...SESSION_RULES,
  ...ACCOUNT_RULES,
  ...GRANT_RULES,
  ...INTAKE_RULES,
  ...MEMBER_RULES,
  ...UNIT_RULES,
  ...OPERATION_RULES,
};
