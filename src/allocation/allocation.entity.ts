import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The explained, dated record of why a person belongs to a branch and region. */
@Entity('allocation')
@Index('allocation_one_current', { synchronize: false })
@Index('allocation_person', { synchronize: false })
export class AllocationEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'allocation_pk' })
  id!: string;

  @Column('uuid', { name: 'person_id' })
  personId!: string;

  @Column('text')
  method!: 'coverage_rule' | 'nearest_branch' | 'region_only' | 'national';

  @Column('uuid', { name: 'unit_id' })
  unitId!: string;

  @Column('uuid', { name: 'branch_id', nullable: true })
  branchId!: string | null;

  @Column('uuid', { name: 'region_id', nullable: true })
  regionId!: string | null;

  @Column('text', { name: 'rule_prefix', nullable: true })
  rulePrefix!: string | null;

  /** How exactly the position was known: unit, sector, outcode, area, none. */
  @Column('text')
  precision!: string;

  @Column('double precision', { name: 'distance_km', nullable: true })
  distanceKm!: number | null;

  @Column('text')
  explanation!: string;

  /** bigint, as text. */
  @Column('bigint', { name: 'directory_version' })
  directoryVersion!: string;

  @Column('text', { name: 'dataset_version' })
  datasetVersion!: string;

  @Column('timestamptz', { name: 'valid_from', default: () => 'clock_now()' })
  validFrom!: Date;

  @Column('timestamptz', { name: 'valid_until', nullable: true })
  validUntil!: Date | null;
}
