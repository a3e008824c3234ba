import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { MessageChannel, MessageKind, MessageState } from './message.js';

/** What is to be said to somebody, once. The address is read when it is sent, and never kept. */
@Entity('message', {
  comment:
    'What is to be said to somebody, once: the business key outlives every attempt. The address is read when it is sent, and never kept here.',
})
@Unique('message_business_key', ['businessKey'])
@Index('message_submission', { synchronize: false })
@Index('message_follow_up', { synchronize: false })
@Index('message_recipient', { synchronize: false })
@Index('message_allocation', { synchronize: false })
@Index('message_allocation_run', { synchronize: false })
@Index('message_organiser', { synchronize: false })
@Index('message_grant', { synchronize: false })
@Index('message_invitation', { synchronize: false })
@Index('message_password_reset', { synchronize: false })
export class MessageEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'message_pk' })
  id!: string;

  @Column('text', { name: 'business_key' })
  businessKey!: string;

  @Column('text')
  kind!: MessageKind;

  @Column('text')
  channel!: MessageChannel;

  @Column('uuid', { name: 'submission_id', nullable: true })
  submissionId!: string | null;

  @Column('uuid', { name: 'follow_up_id', nullable: true })
  followUpId!: string | null;

  @Column('integer', { nullable: true })
  assignment!: number | null;

  @Column('uuid', {
    name: 'unit_id',
    nullable: true,
    comment: 'The unit that is told of a move.',
  })
  unitId!: string | null;

  @Column('uuid', { name: 'allocation_id', nullable: true })
  allocationId!: string | null;

  @Column('uuid', { name: 'allocation_run_id', nullable: true })
  allocationRunId!: string | null;

  @Column('uuid', {
    name: 'organiser_id',
    nullable: true,
    comment: 'The organiser whom it is sent to.',
  })
  organiserId!: string | null;

  @Column('uuid', { name: 'grant_id', nullable: true, comment: 'The grant that it tells of.' })
  grantId!: string | null;

  @Column('uuid', {
    name: 'invitation_id',
    nullable: true,
    comment: 'The invitation that it brings.',
  })
  invitationId!: string | null;

  @Column('text', { nullable: true, comment: 'What a notice about an account tells of.' })
  notice!: string | null;

  @Column('bytea', { name: 'recipient_hash', nullable: true })
  recipientHash!: Buffer | null;

  @Column('text', { default: 'queued' })
  state!: MessageState;

  @Column('integer', { default: 0 })
  attempts!: number;

  @Column('text', { name: 'message_id_header' })
  messageIdHeader!: string;

  @Column('timestamptz', { name: 'sending_until', nullable: true })
  sendingUntil!: Date | null;

  @Column('timestamptz', { name: 'sent_at', nullable: true })
  sentAt!: Date | null;

  @Column('integer', { default: 0 })
  repeats!: number;

  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_now()' })
  createdAt!: Date;
}
