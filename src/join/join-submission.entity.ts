import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { SubmissionChannel } from './submission-channel.js';

/** What was received, never changed. What became of it stands in its handling. */
@Entity('join_submission', {
  comment:
    'What was received, never changed. What became of it stands in join_submission_handling.',
})
@Index('join_submission_received', { synchronize: false })
@Index('join_submission_email', { synchronize: false })
@Index('join_submission_phone', { synchronize: false })
@Index('join_submission_api_key', { synchronize: false })
@Index('join_submission_taken', { synchronize: false })
export class JoinSubmissionEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'join_submission_pk' })
  id!: string;

  @Column('text')
  reference!: string;

  @Column('text', { name: 'form_id' })
  formId!: string;

  @Column('text')
  channel!: SubmissionChannel;

  @Column('timestamptz', { name: 'received_at', default: () => 'clock_now()' })
  receivedAt!: Date;

  @Column('jsonb', {
    comment:
      'The checked input as posted. For a known person it stays a proposal until they or an organiser confirm it.',
  })
  posted!: Record<string, unknown>;

  /** The answer that was given, to be given again. */
  @Column('jsonb')
  answer!: Record<string, unknown>;

  @Column('text', { nullable: true })
  email!: string | null;

  @Column('text', { nullable: true })
  phone!: string | null;

  @Column('text', { name: 'matched_by', nullable: true })
  matchedBy!: string | null;

  @Column('boolean', { name: 'suspected_bot', default: false })
  suspectedBot!: boolean;

  @Column('inet', { nullable: true })
  address!: string | null;

  @Column('text', { name: 'user_agent', nullable: true })
  userAgent!: string | null;

  @Column('text', { name: 'request_id', nullable: true })
  requestId!: string | null;

  @Column('text', {
    nullable: true,
    comment: 'What came of the proof of work; null where the form asks for none.',
  })
  challenge!: string | null;

  @Column('uuid', {
    name: 'api_key_id',
    nullable: true,
    comment: 'The key of the server that posted it for its visitor; null where nobody vouched.',
  })
  apiKeyId!: string | null;
}
