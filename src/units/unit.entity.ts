import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { UnitKind } from './unit.js';

@Entity('unit')
@Index('unit_one_national', { synchronize: false })
@Index('unit_parent', { synchronize: false })
export class UnitEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'unit_pk' })
  id!: string;

  @Column('text')
  kind!: UnitKind;

  @Column('uuid', { name: 'parent_id', nullable: true })
  parentId!: string | null;

  @Column('text')
  slug!: string;

  @Column('text')
  name!: string;

  @Column('text', { nullable: true })
  phone!: string | null;

  @Column('text', { nullable: true })
  email!: string | null;

  @Column('text', { nullable: true })
  town!: string | null;

  @Column('text', { nullable: true })
  meets!: string | null;

  @Column('text', { nullable: true })
  venue!: string | null;

  @Column('double precision', { nullable: true })
  latitude!: number | null;

  @Column('double precision', { nullable: true })
  longitude!: number | null;

  @Column('boolean', { name: 'publishes_position', default: false })
  publishesPosition!: boolean;

  @Column('boolean', { name: 'publishes_venue', default: false })
  publishesVenue!: boolean;

  @Column('boolean', { default: false })
  demo!: boolean;

  @Column('timestamptz', { name: 'closed_at', nullable: true })
  closedAt!: Date | null;

  @Column('integer', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'clock_now()' })
  updatedAt!: Date;
}
