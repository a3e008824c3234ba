import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Versions of the postcode reference data, and which of them is in use. */
export class CreatePostcodeDatasets1764000005000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE postcode_dataset (
        id uuid NOT NULL,
        version text NOT NULL,
        kind text NOT NULL,
        state text NOT NULL DEFAULT 'importing',
        file_name text NOT NULL,
        columns text[] NOT NULL DEFAULT '{}',
        live integer NOT NULL DEFAULT 0,
        terminated integer NOT NULL DEFAULT 0,
        without_position integer NOT NULL DEFAULT 0,
        rejected integer NOT NULL DEFAULT 0,
        bytes integer,
        sha256 bytea,
        created_at timestamptz NOT NULL DEFAULT clock_now(),
        completed_at timestamptz,
        CONSTRAINT postcode_dataset_pk PRIMARY KEY (id),
        CONSTRAINT postcode_dataset_version_key UNIQUE (version),
        CONSTRAINT postcode_dataset_version_plain CHECK (version ~ '^[a-z0-9][a-z0-9.-]{0,63}$'),
        CONSTRAINT postcode_dataset_kind_known CHECK (kind IN ('onspd', 'nspl', 'code-point-open')),
        CONSTRAINT postcode_dataset_state_known CHECK (state IN ('importing', 'complete')),
        CONSTRAINT postcode_dataset_counts_real
          CHECK (least(live, terminated, without_position, rejected) >= 0),
        CONSTRAINT postcode_dataset_whole CHECK ((state = 'complete') =
          (bytes IS NOT NULL AND sha256 IS NOT NULL AND completed_at IS NOT NULL))
      );
      COMMENT ON TABLE postcode_dataset IS
        'A release of the postcode reference data that was imported; what it says is in its chunks.';

      CREATE TABLE postcode_dataset_chunk (
        dataset_id uuid NOT NULL,
        number integer NOT NULL,
        bytes bytea NOT NULL,
        CONSTRAINT postcode_dataset_chunk_pk PRIMARY KEY (dataset_id, number),
        CONSTRAINT postcode_dataset_chunk_dataset_fk
          FOREIGN KEY (dataset_id) REFERENCES postcode_dataset (id) ON DELETE CASCADE,
        CONSTRAINT postcode_dataset_chunk_number_real CHECK (number >= 0)
      );
      COMMENT ON TABLE postcode_dataset_chunk IS
        'The snapshot of a dataset, cut into pieces of 1 MiB (src/postcodes/dataset/snapshot-format.ts).';
      -- Packed numbers hardly shrink, and trying to costs more than writing them.
      ALTER TABLE postcode_dataset_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;

      CREATE TABLE current_postcode_dataset (
        singleton boolean NOT NULL DEFAULT true,
        dataset_id uuid,
        switched_at timestamptz NOT NULL DEFAULT clock_now(),
        CONSTRAINT current_postcode_dataset_pk PRIMARY KEY (singleton),
        CONSTRAINT current_postcode_dataset_single CHECK (singleton),
        CONSTRAINT current_postcode_dataset_fk
          FOREIGN KEY (dataset_id) REFERENCES postcode_dataset (id) ON DELETE RESTRICT
      );
      COMMENT ON TABLE current_postcode_dataset IS
        'The one version that answers; none before the first import. Every process keeps it in memory.';
      INSERT INTO current_postcode_dataset DEFAULT VALUES;

      CREATE FUNCTION tell_current_postcode_dataset() RETURNS trigger
        LANGUAGE plpgsql
        AS $$
        BEGIN
          PERFORM pg_notify('branchline_postcodes', '');
          RETURN NULL;
        END
        $$;
      CREATE TRIGGER current_postcode_dataset_tells AFTER UPDATE ON current_postcode_dataset
        FOR EACH STATEMENT EXECUTE FUNCTION tell_current_postcode_dataset();

      -- Public figures about places: read by everybody, written by the owner's commands alone.
      GRANT SELECT ON postcode_dataset, postcode_dataset_chunk, current_postcode_dataset
        TO branchline_app;
      GRANT SELECT ON postcode_dataset, current_postcode_dataset TO branchline_organiser;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE current_postcode_dataset;
      DROP FUNCTION tell_current_postcode_dataset();
      DROP TABLE postcode_dataset_chunk;
      DROP TABLE postcode_dataset;
    `);
  }
}
