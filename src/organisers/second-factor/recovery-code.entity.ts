import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A code that stands in for the app, once. */
@Entity('organiser_recovery_code', {
  comment: 'Codes that stand in for the app, once each; kept as their SHA-256 only.',
})
export class RecoveryCodeEntity {
  @PrimaryColumn('uuid', {
    name: 'organiser_id',
    primaryKeyConstraintName: 'organiser_recovery_code_pk',
  })
  organiserId!: string;

  @PrimaryColumn('bytea', {
    name: 'code_hash',
    primaryKeyConstraintName: 'organiser_recovery_code_pk',
  })
  codeHash!: Buffer;

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt!: Date | null;
}
