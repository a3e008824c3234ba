import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

const KEY = { primaryKeyConstraintName: 'allocation_run_person_pk' };

/** Whom a run moves, or would move. */
@Entity('allocation_run_person', {
  comment: 'Whom a run moves, or would move. Goes with the run after a while.',
})
@Index('allocation_run_person_person', { synchronize: false })
export class AllocationRunPersonEntity {
  @PrimaryColumn('uuid', { name: 'run_id', ...KEY })
  runId!: string;

  @PrimaryColumn('uuid', { name: 'person_id', ...KEY })
  personId!: string;

  @Column('uuid', { name: 'from_unit_id' })
  fromUnitId!: string;

  @Column('uuid', { name: 'to_unit_id' })
  toUnitId!: string;

  /** Why they belong there. */
  @Column('text')
  explanation!: string;
}
