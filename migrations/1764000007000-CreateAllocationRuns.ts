import type { MigrationInterface, QueryRunner } from 'typeorm';

const RUN_TABLES = ['allocation_run', 'allocation_run_move', 'allocation_run_person'];

/**
 * Overrides of allocations by an organiser, the messages that a move sets off, and runs over
 * everybody: a dry run that shows who would move, and the recompute that moves them.
 */
export class CreateAllocationRuns1764000007000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE allocation
        ADD COLUMN reason text,
        ADD COLUMN overridden_until timestamptz,
        ADD COLUMN decided_by uuid,
        ADD CONSTRAINT allocation_decided_by_fk
          FOREIGN KEY (decided_by) REFERENCES organiser (id) ON DELETE SET NULL,
        DROP CONSTRAINT allocation_method_known,
        ADD CONSTRAINT allocation_method_known CHECK (method IN (
          'coverage_rule', 'nearest_branch', 'region_only', 'national', 'override')),
        ADD CONSTRAINT allocation_reason_of_override
          CHECK ((method = 'override') = (reason IS NOT NULL)),
        ADD CONSTRAINT allocation_end_of_override
          CHECK (overridden_until IS NULL OR method = 'override');
      COMMENT ON COLUMN allocation.overridden_until IS
        'When an override ends by itself; null: not before somebody ends it.';
      COMMENT ON COLUMN allocation.decided_by IS
        'The organiser whose deed it was; null: a join, the person’s own confirmation, or the end of an override.';

      CREATE TABLE allocation_run (
        id uuid NOT NULL,
        kind text NOT NULL,
        state text NOT NULL DEFAULT 'running',
        dry_run_id uuid,
        rules_added jsonb NOT NULL DEFAULT '[]',
        rules_removed jsonb NOT NULL DEFAULT '[]',
        basis text NOT NULL,
        directory_version bigint NOT NULL,
        dataset_version text NOT NULL,
        last_person_id uuid,
        position uuid,
        total integer,
        seen integer NOT NULL DEFAULT 0,
        moved integer NOT NULL DEFAULT 0,
        renewed integer NOT NULL DEFAULT 0,
        overridden integer NOT NULL DEFAULT 0,
        minors integer NOT NULL DEFAULT 0,
        without_branch integer NOT NULL DEFAULT 0,
        losing_branch integer NOT NULL DEFAULT 0,
        duties_moved integer NOT NULL DEFAULT 0,
        started_by uuid,
        error text,
        created_at timestamptz NOT NULL DEFAULT clock_now(),
        updated_at timestamptz NOT NULL DEFAULT clock_now(),
        finished_at timestamptz,
        expires_at timestamptz,
        CONSTRAINT allocation_run_pk PRIMARY KEY (id),
        CONSTRAINT allocation_run_dry_run_fk
          FOREIGN KEY (dry_run_id) REFERENCES allocation_run (id) ON DELETE SET NULL,
        CONSTRAINT allocation_run_started_by_fk
          FOREIGN KEY (started_by) REFERENCES organiser (id) ON DELETE SET NULL,
        CONSTRAINT allocation_run_kind_known CHECK (kind IN ('dry_run', 'recompute')),
        CONSTRAINT allocation_run_state_known
          CHECK (state IN ('running', 'finished', 'failed', 'cancelled')),
        CONSTRAINT allocation_run_closed_whole
          CHECK ((state = 'running') = (finished_at IS NULL)),
        CONSTRAINT allocation_run_failure_told CHECK ((state = 'failed') = (error IS NOT NULL))
      );
      COMMENT ON TABLE allocation_run IS
        'One pass over everybody, slice by slice: position is the last person whose slice is committed.';
      CREATE UNIQUE INDEX allocation_run_one_running ON allocation_run (kind)
        WHERE state = 'running';
      CREATE INDEX allocation_run_dry_run ON allocation_run (dry_run_id)
        WHERE dry_run_id IS NOT NULL;
      CREATE INDEX allocation_run_expiry ON allocation_run (expires_at)
        WHERE expires_at IS NOT NULL;

      CREATE TABLE allocation_run_move (
        run_id uuid NOT NULL,
        from_unit_id uuid NOT NULL,
        to_unit_id uuid NOT NULL,
        people integer NOT NULL,
        duties integer NOT NULL DEFAULT 0,
        CONSTRAINT allocation_run_move_pk PRIMARY KEY (run_id, from_unit_id, to_unit_id),
        CONSTRAINT allocation_run_move_run_fk
          FOREIGN KEY (run_id) REFERENCES allocation_run (id) ON DELETE CASCADE,
        CONSTRAINT allocation_run_move_from_fk
          FOREIGN KEY (from_unit_id) REFERENCES unit (id) ON DELETE RESTRICT,
        CONSTRAINT allocation_run_move_to_fk
          FOREIGN KEY (to_unit_id) REFERENCES unit (id) ON DELETE RESTRICT,
        CONSTRAINT allocation_run_move_away CHECK (from_unit_id <> to_unit_id)
      );
      COMMENT ON TABLE allocation_run_move IS
        'How many people a run moves, or would move, from one unit to another.';

      CREATE TABLE allocation_run_person (
        run_id uuid NOT NULL,
        person_id uuid NOT NULL,
        from_unit_id uuid NOT NULL,
        to_unit_id uuid NOT NULL,
        explanation text NOT NULL,
        CONSTRAINT allocation_run_person_pk PRIMARY KEY (run_id, person_id),
        CONSTRAINT allocation_run_person_run_fk
          FOREIGN KEY (run_id) REFERENCES allocation_run (id) ON DELETE CASCADE,
        CONSTRAINT allocation_run_person_person_fk
          FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE,
        CONSTRAINT allocation_run_person_from_fk
          FOREIGN KEY (from_unit_id) REFERENCES unit (id) ON DELETE RESTRICT,
        CONSTRAINT allocation_run_person_to_fk
          FOREIGN KEY (to_unit_id) REFERENCES unit (id) ON DELETE RESTRICT
      );
      COMMENT ON TABLE allocation_run_person IS
        'Whom a run moves, or would move. Goes with the run after a while.';
      CREATE INDEX allocation_run_person_person ON allocation_run_person (person_id);

      ALTER TABLE message
        ADD COLUMN unit_id uuid,
        ADD COLUMN allocation_id uuid,
        ADD COLUMN allocation_run_id uuid,
        ADD CONSTRAINT message_unit_fk
          FOREIGN KEY (unit_id) REFERENCES unit (id) ON DELETE RESTRICT,
        ADD CONSTRAINT message_allocation_fk
          FOREIGN KEY (allocation_id) REFERENCES allocation (id) ON DELETE CASCADE,
        ADD CONSTRAINT message_allocation_run_fk
          FOREIGN KEY (allocation_run_id) REFERENCES allocation_run (id) ON DELETE SET NULL,
        DROP CONSTRAINT message_kind_known,
        ADD CONSTRAINT message_kind_known CHECK (kind IN (
          'join_acknowledgement', 'follow_up_notice', 'follow_up_reminder', 'moved_away',
          'moved_in', 'people_reallocated'));
      COMMENT ON COLUMN message.unit_id IS 'The unit that is told of a move.';
      CREATE INDEX message_allocation ON message (allocation_id) WHERE allocation_id IS NOT NULL;
      CREATE INDEX message_allocation_run ON message (allocation_run_id)
        WHERE allocation_run_id IS NOT NULL;
    `);
    await this.addPolicies(runner);
  }

  private async addPolicies(runner: QueryRunner): Promise<void> {
    const mine = (column: string) => `${column} = ANY ((SELECT my_units())::uuid[])`;
    const organiser: Record<string, string> = {
      // A run itself tells numbers of the whole organisation, and whom they are about it does not.
      allocation_run: 'cardinality((SELECT my_units())::uuid[]) > 0',
      allocation_run_move: `${mine('from_unit_id')} OR ${mine('to_unit_id')}`,
      // Somebody who would come from elsewhere is not known here before they have come.
      allocation_run_person: '(SELECT true FROM person p WHERE p.id = person_id)',
    };
    for (const table of RUN_TABLES) {
      await runner.query(`
        GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO branchline_app;
        GRANT SELECT ON ${table} TO branchline_organiser;
        ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE ${table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY application ON ${table} TO branchline_app USING (true) WITH CHECK (true);
        CREATE POLICY organiser ON ${table} FOR SELECT TO branchline_organiser
          USING (${organiser[table]});
      `);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Row-level security binds the owner: without these, nothing would be found to take back.
      CREATE POLICY going_back ON message TO branchline_owner USING (true);
      CREATE POLICY going_back ON allocation TO branchline_owner USING (true);
      DELETE FROM outbox WHERE job LIKE 'allocation.%';
      DROP INDEX message_allocation_run;
      DROP INDEX message_allocation;
      DELETE FROM message WHERE kind IN ('moved_away', 'moved_in', 'people_reallocated');
      ALTER TABLE message
        DROP CONSTRAINT message_kind_known,
        ADD CONSTRAINT message_kind_known CHECK (
          kind IN ('join_acknowledgement', 'follow_up_notice', 'follow_up_reminder')),
        DROP COLUMN allocation_run_id,
        DROP COLUMN allocation_id,
        DROP COLUMN unit_id;
      DROP TABLE allocation_run_person;
      DROP TABLE allocation_run_move;
      DROP TABLE allocation_run;
      UPDATE allocation
         SET method = CASE WHEN branch_id IS NOT NULL THEN 'nearest_branch'
                           WHEN region_id IS NOT NULL THEN 'region_only' ELSE 'national' END,
             reason = NULL, overridden_until = NULL
       WHERE method = 'override';
      ALTER TABLE allocation
        DROP CONSTRAINT allocation_method_known,
        ADD CONSTRAINT allocation_method_known
          CHECK (method IN ('coverage_rule', 'nearest_branch', 'region_only', 'national')),
        DROP COLUMN decided_by,
        DROP COLUMN overridden_until,
        DROP COLUMN reason;
      DROP POLICY going_back ON allocation;
      DROP POLICY going_back ON message;
    `);
  }
}
