import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A sign-in that lasts until it expires or is revoked; the token is kept as its SHA-256 only. */
@Entity('organiser_session')
@Index('organiser_session_organiser', { synchronize: false })
export class OrganiserSessionEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'organiser_session_pk' })
  id!: string;

  @Column('uuid', { name: 'organiser_id' })
  organiserId!: string;

  @Column('bytea', { name: 'token_hash', select: false })
  tokenHash!: Buffer;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;

  @Column('inet', {
    nullable: true,
    comment: 'The network address of the sign-in; null where it was not known.',
  })
  address!: string | null;

  @Column('text', {
    nullable: true,
    comment: 'The User-Agent of the sign-in, shortened; null where there was none.',
  })
  client!: string | null;

  @Column('text', {
    name: 'second_factor',
    nullable: true,
    comment: 'By what it was shown; null where the password alone signed in.',
  })
  secondFactor!: 'totp' | 'recovery_code' | 'provider' | null;
}
