import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ProposedRule, RunKind, RunState } from './allocation-run.js';

/** One pass over everybody, slice by slice. */
@Entity('allocation_run', {
  comment:
    'One pass over everybody, slice by slice: position is the last person whose slice is committed.',
})
@Index('allocation_run_one_running', { synchronize: false })
@Index('allocation_run_dry_run', { synchronize: false })
@Index('allocation_run_expiry', { synchronize: false })
export class AllocationRunEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'allocation_run_pk' })
  id!: string;

  @Column('text')
  kind!: RunKind;

  @Column('text', { default: 'running' })
  state!: RunState;

  @Column('uuid', { name: 'dry_run_id', nullable: true })
  dryRunId!: string | null;

  @Column('jsonb', { name: 'rules_added', default: [] })
  rulesAdded!: ProposedRule[];

  @Column('jsonb', { name: 'rules_removed', default: [] })
  rulesRemoved!: ProposedRule[];

  /** A hash of all that decisions are made from. */
  @Column('text')
  basis!: string;

  /** bigint, as text. */
  @Column('bigint', { name: 'directory_version' })
  directoryVersion!: string;

  @Column('text', { name: 'dataset_version' })
  datasetVersion!: string;

  @Column('text', {
    array: true,
    nullable: true,
    comment:
      'Virtual transactions that were writing people when a recompute had begun: they may not know its rules, and it waits for their end. Null until they are looked up.',
  })
  awaited!: string[] | null;

  @Column('uuid', { name: 'last_person_id', nullable: true })
  lastPersonId!: string | null;

  @Column('uuid', { nullable: true })
  position!: string | null;

  /** Null until the first slice has begun. */
  @Column('integer', { nullable: true })
  total!: number | null;

  @Column('integer', { default: 0 })
  seen!: number;

  @Column('integer', { default: 0 })
  moved!: number;

  @Column('integer', { default: 0 })
  renewed!: number;

  @Column('integer', { default: 0 })
  overridden!: number;

  @Column('integer', { default: 0 })
  minors!: number;

  @Column('integer', { name: 'without_branch', default: 0 })
  withoutBranch!: number;

  @Column('integer', { name: 'losing_branch', default: 0 })
  losingBranch!: number;

  @Column('integer', { name: 'duties_moved', default: 0 })
  dutiesMoved!: number;

  @Column('uuid', { name: 'started_by', nullable: true })
  startedBy!: string | null;

  @Column('text', { nullable: true })
  error!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'clock_now()' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;
}
