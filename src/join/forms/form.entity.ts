import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Question } from './form-questions.js';

/** A join form of a unit. */
@Entity('form', {
  comment:
    'A join form: who may post it, what it asks besides, and where it ends. Never deleted: submissions name it.',
})
@Index('form_unit', { synchronize: false })
export class FormEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'form_pk' })
  id!: string;

  @Column('text', { comment: 'Its public id: formId of a post, and its address under /join/.' })
  slug!: string;

  @Column('text')
  name!: string;

  @Column('uuid', { name: 'unit_id' })
  unitId!: string;

  @Column('text', { array: true, default: '{}' })
  origins!: string[];

  @Column('text', { name: 'thank_you_url', nullable: true })
  thankYouUrl!: string | null;

  @Column('text', { nullable: true })
  sequence!: string | null;

  @Column('jsonb', { name: 'source_defaults', default: {} })
  sourceDefaults!: Record<string, string>;

  @Column('jsonb', { default: [] })
  questions!: Question[];

  @Column('boolean', { default: false })
  challenge!: boolean;

  @Column('integer', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'closed_at', nullable: true })
  closedAt!: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'clock_now()' })
  updatedAt!: Date;
}
