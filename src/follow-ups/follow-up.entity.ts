import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Division } from '../platform/time/bank-holidays.js';
import type { ClosingOutcome, FollowUpState } from './follow-up.js';
import type { Office } from '../units/office.js';

/** A duty: this office must contact this person by this time. */
@Entity('follow_up')
@Unique('follow_up_business_key', ['kind', 'submissionId'])
@Index('follow_up_open', { synchronize: false })
@Index('follow_up_person', { synchronize: false })
export class FollowUpEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'follow_up_pk' })
  id!: string;

  @Column('text')
  kind!: 'join';

  @Column('uuid', { name: 'submission_id' })
  submissionId!: string;

  @Column('uuid', { name: 'person_id', nullable: true })
  personId!: string | null;

  @Column('uuid', { name: 'unit_id' })
  unitId!: string;

  @Column('text')
  office!: Office;

  @Column('text')
  calendar!: Division;

  @Column('text', { default: 'open' })
  state!: FollowUpState;

  @Column('timestamptz', { name: 'due_at' })
  dueAt!: Date;

  @Column('timestamptz', { name: 'remind_at' })
  remindAt!: Date;

  @Column('integer', { default: 0 })
  tries!: number;

  @Column('boolean', { name: 'covered_by_stand_in', default: false })
  coveredByStandIn!: boolean;

  @Column('integer', {
    default: 1,
    comment: 'Counts the hand-overs. A link is made for one assignment and dies with the next.',
  })
  assignment!: number;

  @Column('text', { nullable: true })
  outcome!: ClosingOutcome | null;

  @Column('text', { nullable: true })
  note!: string | null;

  @Column('uuid', { name: 'closed_by', nullable: true })
  closedBy!: string | null;

  @Column('timestamptz', { name: 'closed_at', nullable: true })
  closedAt!: Date | null;

  @Column('integer', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'clock_now()' })
  updatedAt!: Date;
}
