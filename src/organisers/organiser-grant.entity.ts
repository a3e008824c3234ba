import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Role } from './permissions.js';

/** A role on a unit, and on all units below it, from one date to another. */
@Entity('organiser_grant')
@Index('organiser_grant_organiser', { synchronize: false })
@Index('organiser_grant_unit', { synchronize: false })
@Index('organiser_grant_end', { synchronize: false })
@Index('organiser_grant_cover', { synchronize: false })
export class OrganiserGrantEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'organiser_grant_pk' })
  id!: string;

  @Column('uuid', { name: 'organiser_id' })
  organiserId!: string;

  @Column('text')
  role!: Role;

  @Column('uuid', { name: 'unit_id' })
  unitId!: string;

  @Column('timestamptz', { name: 'valid_from', default: () => 'clock_now()' })
  validFrom!: Date;

  @Column('timestamptz', { name: 'valid_until', nullable: true })
  validUntil!: Date | null;

  @Column('timestamptz', {
    name: 'read_only_until',
    nullable: true,
    comment:
      'Until when the grant still lets its holder read after its end; null where it does not.',
  })
  readOnlyUntil!: Date | null;

  @Column('timestamptz', {
    name: 'ended_at',
    nullable: true,
    comment:
      'When somebody ended it, or called off the cover that it was for; null where it ends by itself.',
  })
  endedAt!: Date | null;

  @Column('text', { name: 'end_reason', nullable: true })
  endReason!: string | null;

  @Column('uuid', {
    name: 'cover_id',
    nullable: true,
    comment:
      'The cover of a post that it was given for: it ends with it, without grace or warning.',
  })
  coverId!: string | null;

  /** Moved on by the table itself, whoever changes the row. */
  @Column('integer', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'updated_at', default: () => 'clock_now()' })
  updatedAt!: Date;
}
