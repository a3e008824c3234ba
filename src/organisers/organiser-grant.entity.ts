import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Role } from './permissions.js';

/** A role on a unit, and on all units below it, from one date to another. */
@Entity('organiser_grant')
@Index('organiser_grant_organiser', { synchronize: false })
@Index('organiser_grant_unit', { synchronize: false })
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
}
