import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Two records that may be one person, for a human to decide. */
@Entity('duplicate_candidate')
@Index('duplicate_candidate_other', { synchronize: false })
export class DuplicateCandidateEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'duplicate_candidate_pk' })
  id!: string;

  @Column('uuid', { name: 'person_id' })
  personId!: string;

  @Column('uuid', { name: 'other_person_id' })
  otherPersonId!: string;

  @Column('text')
  reason!: string;

  @Column('text', { default: 'open' })
  state!: 'open' | 'dismissed' | 'merged';

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_now()' })
  createdAt!: Date;
}
