import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What a person agreed to or refused, with its evidence. Append-only. */
@Entity('consent_event', {
  comment:
    'Append-only. The newest event by its own time wins, so that a late arrival resubscribes nobody.',
})
@Index('consent_event_person', { synchronize: false })
export class ConsentEventEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'consent_event_pk' })
  id!: string;

  @Column('uuid', { name: 'person_id' })
  personId!: string;

  @Column('uuid', { name: 'submission_id', nullable: true })
  submissionId!: string | null;

  @Column('text')
  channel!: 'email' | 'sms' | 'phone' | 'post';

  @Column('text')
  purpose!: string;

  @Column('text')
  decision!: 'granted' | 'refused' | 'withdrawn';

  @Column('timestamptz', { name: 'occurred_at' })
  occurredAt!: Date;

  @Column('timestamptz', { name: 'recorded_at', default: () => 'clock_now()' })
  recordedAt!: Date;

  @Column('text')
  source!: string;

  @Column('text', { name: 'privacy_notice_version' })
  privacyNoticeVersion!: string;

  @Column('text', { name: 'wording_version' })
  wordingVersion!: string;

  @Column('text', { name: 'actor_kind' })
  actorKind!: string;

  @Column('uuid', {
    name: 'actor_id',
    nullable: true,
    comment: 'The organiser who recorded it; null: the person.',
  })
  actorId!: string | null;

  @Column('text', { name: 'evidence_kind', nullable: true })
  evidenceKind!: string | null;

  @Column('text', {
    name: 'evidence_reference',
    nullable: true,
    comment:
      'Where the evidence is found: the number of the card, of the recording, of the letter.',
  })
  evidenceReference!: string | null;

  @Column('inet', { nullable: true })
  address!: string | null;

  @Column('text', { name: 'user_agent', nullable: true })
  userAgent!: string | null;
}
