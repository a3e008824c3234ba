import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A postcode prefix in its written form (`M`, `M14`, `M14 5`, `M14 5RX`) that belongs to a unit. */
@Entity('coverage_rule')
@Index('coverage_rule_unit', { synchronize: false })
export class CoverageRuleEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'coverage_rule_pk' })
  id!: string;

  @Column('text')
  prefix!: string;

  @Column('uuid', { name: 'unit_id' })
  unitId!: string;

  @Column('text', { name: 'unit_kind' })
  unitKind!: 'region' | 'branch';

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_now()' })
  createdAt!: Date;
}
