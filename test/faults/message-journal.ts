/**
 * Notes each state that a message is brought to, in the transaction that does it: what is here was
 * committed, and what is not was never recorded. `sent_at` alone would tell of the last time only.
 */
export const MESSAGE_JOURNAL = `
  CREATE SCHEMA faults;
  CREATE TABLE faults.message_change (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id_header text NOT NULL,
    state text NOT NULL,
    begun_at timestamptz NOT NULL,
    at timestamptz NOT NULL
  );
  CREATE FUNCTION faults.note_message_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
      INSERT INTO faults.message_change (message_id_header, state, begun_at, at)
      VALUES (NEW.message_id_header, NEW.state, transaction_timestamp(), clock_timestamp());
      RETURN NULL;
    END
    $$;
  CREATE TRIGGER faults_note_message_change AFTER UPDATE OF state ON message
    FOR EACH ROW EXECUTE FUNCTION faults.note_message_change()`;

/** All of them in their order; times as the harness has them. */
export const READ_MESSAGE_JOURNAL = `
  SELECT message_id_header AS "messageId", state,
         (extract(epoch FROM begun_at) * 1000)::float8 AS "begunAt",
         (extract(epoch FROM at) * 1000)::float8 AS at
    FROM faults.message_change ORDER BY number`;
