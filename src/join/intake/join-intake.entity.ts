import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** How a submission came about that an organiser typed. Never changed. */
@Entity('join_intake', {
  comment:
    'How a submission came about that an organiser typed: the conversation, the evidence of consent, the card. Never changed.',
})
@Index('join_intake_card_of_batch', { synchronize: false })
@Index('join_intake_card_of_day', { synchronize: false })
@Index('join_intake_batch', { synchronize: false })
export class JoinIntakeEntity {
  @PrimaryColumn('uuid', {
    name: 'submission_id',
    primaryKeyConstraintName: 'join_intake_pk',
  })
  submissionId!: string;

  @Column('uuid', {
    name: 'unit_id',
    comment:
      "The unit that took it: that of the batch, else the highest one the organiser works for. Where it went is the handling's matter.",
  })
  unitId!: string;

  @Column('uuid', { name: 'batch_id', nullable: true })
  batchId!: string | null;

  @Column('text', { nullable: true })
  card!: string | null;

  /** SHA-256 of what was typed, by which the same card is known again. */
  @Column('bytea', { name: 'input_hash' })
  inputHash!: Buffer;

  @Column('date', { name: 'conversation_on' })
  conversationOn!: string;

  @Column('timestamptz', {
    name: 'conversation_from',
    comment:
      'The earliest moment at which the conversation can have been; what was granted in it counts from here.',
  })
  conversationFrom!: Date;

  @Column('timestamptz', {
    name: 'conversation_until',
    comment:
      'The latest moment at which it can have been; what was refused in it counts from here.',
  })
  conversationUntil!: Date;

  @Column('text', { name: 'conversation_with', nullable: true })
  conversationWith!: string | null;

  @Column('text', { name: 'conversation_note', nullable: true })
  conversationNote!: string | null;

  @Column('text', { name: 'evidence_kind', nullable: true })
  evidenceKind!: string | null;

  @Column('text', { name: 'evidence_reference', nullable: true })
  evidenceReference!: string | null;

  @Column('text', { name: 'evidence_wording', nullable: true })
  evidenceWording!: string | null;

  @Column('boolean', { name: 'already_contacted', default: false })
  alreadyContacted!: boolean;

  @Column('uuid', { name: 'taken_by' })
  takenBy!: string;
}
