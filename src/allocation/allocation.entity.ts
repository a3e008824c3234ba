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
  method!: 'coverage_rule' | 'nearest_branch' | 'region_only' | 'national' | 'override';

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

  /** Of an override, in the organiser's words. */
  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('timestamptz', {
    name: 'overridden_until',
    nullable: true,
    comment: 'When an override ends by itself; null: not before somebody ends it.',
  })
  overriddenUntil!: Date | null;

  @Column('uuid', {
    name: 'decided_by',
    nullable: true,
    comment:
      'The organiser whose deed it was; null: a join, the person’s own confirmation, or the end of an override.',
  })
  decidedBy!: string | null;

  @Column('timestamptz', { name: 'valid_from', default: () => 'clock_now()' })
  validFrom!: Date;

  @Column('timestamptz', { name: 'valid_until', nullable: true })
  validUntil!: Date | null;
}
