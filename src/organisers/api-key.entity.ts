import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { KeyScope } from './api-key-scopes.js';

/** A key of a program; kept as its SHA-256 only. */
@Entity('api_key', {
  comment:
    'A key of a program; kept as its SHA-256 only. It belongs to its unit and not to its maker, and stays when they go.',
})
@Index('api_key_unit', { synchronize: false })
@Index('api_key_created_by', { synchronize: false })
export class ApiKeyEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'api_key_pk' })
  id!: string;

  @Column('text')
  name!: string;

  /** What stays to be seen of it. */
  @Column('text')
  prefix!: string;

  @Column('bytea', { name: 'secret_hash', select: false })
  secretHash!: Buffer;

  @Column('text', { name: 'previous_prefix', nullable: true })
  previousPrefix!: string | null;

  @Column('bytea', {
    name: 'previous_hash',
    nullable: true,
    select: false,
    comment: 'The secret before the last rotation, which works until previous_until.',
  })
  previousHash!: Buffer | null;

  @Column('timestamptz', { name: 'previous_until', nullable: true })
  previousUntil!: Date | null;

  @Column('text', { array: true })
  scopes!: KeyScope[];

  @Column('uuid', { name: 'unit_id' })
  unitId!: string;

  @Column('uuid', { name: 'created_by', nullable: true })
  createdBy!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'clock_now()' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;

  @Column('integer', { default: 1 })
  version!: number;
}
