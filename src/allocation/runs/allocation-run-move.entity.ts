import { Column, Entity, PrimaryColumn } from 'typeorm';

const KEY = { primaryKeyConstraintName: 'allocation_run_move_pk' };

/** How many people a run moves, or would move, from one unit to another. */
@Entity('allocation_run_move', {
  comment: 'How many people a run moves, or would move, from one unit to another.',
})
export class AllocationRunMoveEntity {
  @PrimaryColumn('uuid', { name: 'run_id', ...KEY })
  runId!: string;

  @PrimaryColumn('uuid', { name: 'from_unit_id', ...KEY })
  fromUnitId!: string;

  @PrimaryColumn('uuid', { name: 'to_unit_id', ...KEY })
  toUnitId!: string;

  @Column('integer')
  people!: number;

  /** Open duties that moved along; a dry run moves none. */
  @Column('integer', { default: 0 })
  duties!: number;
}
