import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { IntakeChannel } from '../submission-channel.js';

/** A pile of cards or a list of calls that are typed together, and what they have in common. */
@Entity('join_batch', {
  comment:
    'A pile of cards or a list of calls that are typed together, and what they have in common. Belongs to a unit, whose officers see it.',
})
@Index('join_batch_unit', { synchronize: false })
export class JoinBatchEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'join_batch_pk' })
  id!: string;

  @Column('uuid', { name: 'unit_id' })
  unitId!: string;

  @Column('text')
  name!: string;

  @Column('text')
  channel!: IntakeChannel;

  @Column('date', { name: 'conversation_on' })
  conversationOn!: string;

  @Column('text', { nullable: true })
  place!: string | null;

  @Column('text', { nullable: true })
  campaign!: string | null;

  @Column('text', { name: 'privacy_notice_version', nullable: true })
  privacyNoticeVersion!: string | null;

  @Column('text', { name: 'evidence_kind', nullable: true })
  evidenceKind!: string | null;

  @Column('text', { name: 'evidence_wording', nullable: true })
  evidenceWording!: string | null;

  @Column('uuid', { name: 'created_by' })
  createdBy!: string;

  @Column('timestamptz', { name: 'closed_at', nullable: true })
  closedAt!: Date | null;

  @Column('integer', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'clock_now()' })
  updatedAt!: Date;
}
