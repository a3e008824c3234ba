import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ActorKind } from './audit-event.js';

/** Who did what to which record. Append-only, ids only: erasing a person leaves it whole. */
@Entity('audit_event', {
  comment: 'Who did what to which record: ids only, so that erasing a person leaves it whole.',
})
@Index('audit_event_subject', { synchronize: false })
export class AuditEventEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'audit_event_pk' })
  id!: string;

  @Column('timestamptz', { default: () => 'clock_now()' })
  at!: Date;

  @Column('text', { name: 'actor_kind' })
  actorKind!: ActorKind;

  @Column('uuid', { name: 'actor_id', nullable: true })
  actorId!: string | null;

  @Column('text')
  action!: string;

  @Column('text', { name: 'subject_kind' })
  subjectKind!: string;

  @Column('uuid', { name: 'subject_id', nullable: true })
  subjectId!: string | null;

  @Column('text', { name: 'request_id', nullable: true })
  requestId!: string | null;
}
