/** How long before its end a grant counts as ending, in days: from then on there are warnings. */
export const ENDING_DAYS = 30;

/** How the grant `g` stands at this moment, as one of `GRANT_STATES`. */
export const GRANT_STATE = `CASE
  WHEN g.ended_at IS NOT NULL THEN 'ended'
  WHEN g.valid_from > clock_now() THEN 'upcoming'
  WHEN g.valid_until IS NULL OR g.valid_until > clock_now() + interval '${ENDING_DAYS} days'
    THEN 'current'
  WHEN g.valid_until > clock_now() THEN 'ending'
  WHEN g.read_only_until > clock_now() THEN 'grace'
  ELSE 'ended' END`;

/** The columns of a grant `g` that both its holder and the office see. */
export const GRANT_COLUMNS = `
  g.id, g.role, ${GRANT_STATE} AS state,
  g.valid_from AS "validFrom", g.valid_until AS "validUntil", g.read_only_until AS "readOnlyUntil"`;
