import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ActorKind } from './audit-event.js';

/** Who did what to which record. Append-only; nothing of it tells about a member or applicant. */
@Entity('audit_event', {
  comment:
    'Who did what to which record, and from where: ids, and addresses of organisers, keys and duty links alone, so that erasing a person leaves it whole.',
})
@Index('audit_event_subject', { synchronize: false })
@Index('audit_event_latest', { synchronize: false })
@Index('audit_event_actor', { synchronize: false })
@Index('audit_event_action', { synchronize: false })
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

  /** From where an organiser, a key or a duty link did it. */
  @Column('inet', { nullable: true })
  address!: string | null;
}
