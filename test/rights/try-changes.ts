/** Each changes all that it may of a table, and answers the ids of that. */
const CHANGES = {
  follow_up: `UPDATE follow_up SET note = 'seen' RETURNING id`,
  join_submission_handling: `UPDATE join_submission_handling SET note = 'seen' RETURNING submission_id AS id`,
  unit: `UPDATE unit SET phone = '1' RETURNING id`,
  post: 'UPDATE post SET stand_in_id = NULL RETURNING id',
  coverage_rule: 'DELETE FROM coverage_rule RETURNING id',
  organiser: `UPDATE organiser SET name = 'Another' RETURNING id`,
  organiser_invitation: 'UPDATE organiser_invitation SET sendings = sendings + 1 RETURNING id',
  form: `UPDATE form SET name = 'Another' RETURNING id`,
  api_key: `UPDATE api_key SET name = 'Another' RETURNING id`,
  join_batch: `UPDATE join_batch SET name = 'Another' RETURNING id`,
} as const;
export type ChangeName = keyof typeof CHANGES;

export interface TriedChange {
  readonly name: ChangeName;
  readonly ids: readonly string[] | null;
  /** Row-level security would not have a row as it was to become. */
  readonly refused: boolean;
}

/**
 * A function that tries the changes one after another and undoes each. One call instead of many with
 * savepoints around them, and its statements are planned once: ten thousand worlds ask it often.
 */
export const TRY_CHANGES = `
  CREATE SCHEMA IF NOT EXISTS rights_check;
  GRANT USAGE ON SCHEMA rights_check TO branchline_organiser;
  CREATE OR REPLACE FUNCTION rights_check.try_changes()
    RETURNS TABLE (name text, ids text[], refused boolean)
    LANGUAGE plpgsql
    AS $$
    #variable_conflict use_column
    BEGIN
      ${Object.entries(CHANGES)
        .map(
          ([name, statement]) => `
      name := '${name}';
      refused := false;
      ids := NULL;
      BEGIN
        WITH changed AS (${statement}) SELECT array_agg(changed.id::text) INTO ids FROM changed;
        RAISE EXCEPTION 'enough' USING ERRCODE = 'RC001';
      EXCEPTION
        WHEN SQLSTATE 'RC001' THEN NULL;
        WHEN insufficient_privilege THEN refused := true;
      END;
      RETURN NEXT;`,
        )
        .join('')}
    END
    $$;
  GRANT EXECUTE ON FUNCTION rights_check.try_changes() TO branchline_organiser`;
