import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { FollowUpAction, NewFollowUpEvent } from './follow-up-event.js';

/** The history of a duty, append-only. */
@Entity('follow_up_event')
@Index('follow_up_event_follow_up', { synchronize: false })
export class FollowUpEventEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'follow_up_event_pk' })
  id!: string;

  @Column('uuid', { name: 'follow_up_id' })
  followUpId!: string;

  @Column('timestamptz', { default: () => 'clock_now()' })
  at!: Date;

  @Column('text')
  action!: FollowUpAction;

  @Column('text', { name: 'actor_kind' })
  actorKind!: NewFollowUpEvent['actorKind'];

  @Column('uuid', { name: 'actor_id', nullable: true })
  actorId!: string | null;

  @Column('uuid', { name: 'unit_id' })
  unitId!: string;

  @Column('text', { nullable: true })
  note!: string | null;
}
