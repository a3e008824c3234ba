import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What has become of a submission. */
export type SubmissionState =
  'received' | 'contacted' | 'accepted' | 'declined' | 'spam' | 'suspected_bot';

/** The part of a submission that changes: whose it is and how far it has come. */
@Entity('join_submission_handling')
@Index('join_submission_handling_unit', { synchronize: false })
@Index('join_submission_handling_person', { synchronize: false })
export class JoinSubmissionHandlingEntity {
  @PrimaryColumn('uuid', {
    name: 'submission_id',
    primaryKeyConstraintName: 'join_submission_handling_pk',
  })
  submissionId!: string;

  @Column('uuid', { name: 'person_id', nullable: true })
  personId!: string | null;

  @Column('uuid', { name: 'unit_id' })
  unitId!: string;

  @Column('text', { default: 'received' })
  state!: SubmissionState;

  @Column('text', { nullable: true })
  outcome!: string | null;

  @Column('text', { nullable: true })
  note!: string | null;

  @Column('uuid', { name: 'handled_by', nullable: true })
  handledBy!: string | null;

  @Column('timestamptz', { name: 'handled_at', nullable: true })
  handledAt!: Date | null;

  @Column('timestamptz', { name: 'confirmed_at', nullable: true })
  confirmedAt!: Date | null;

  @Column('integer', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'clock_now()' })
  updatedAt!: Date;
}
