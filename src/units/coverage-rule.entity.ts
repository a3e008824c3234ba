import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { CoverageKind } from './coverage-code.js';

/**
 * A postcode prefix (`M`, `M14`, `M14 5`, `M14 5RX`), or the official code of a ward, constituency
 * or local authority (`E05011347`), that belongs to a unit.
 */
@Entity('coverage_rule')
@Index('coverage_rule_unit', { synchronize: false })
export class CoverageRuleEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'coverage_rule_pk' })
  id!: string;

  @Column('text', { default: 'postcode' })
  kind!: CoverageKind;

  /** In its written form. Called so since there were postcode prefixes only. */
  @Column('text')
  prefix!: string;

  @Column('uuid', { name: 'unit_id' })
  unitId!: string;

  @Column('text', { name: 'unit_kind' })
  unitKind!: 'region' | 'branch';

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_now()' })
  createdAt!: Date;
}
