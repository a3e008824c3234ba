import type { RateLimitRule } from '../../platform/http/route-config.js';

/** How often one address may ask for links, by the page and by consoles together. */
export const ASKING_LIMIT: RateLimitRule = {
  name: 'password-reset',
  per: 'address',
  points: ({ environment }) => environment.RATE_LIMIT_PASSWORD_RESET_PER_ADDRESS,
  seconds: 15 * 60,
  exact: true,
};
