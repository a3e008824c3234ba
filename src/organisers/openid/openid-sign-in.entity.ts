import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** A sign-in that came back from the provider; its row stays as long as it could be sent again. */
@Entity('openid_sign_in', {
  comment:
    'Sign-ins that came back from the provider, until the console has exchanged its code for a session.',
})
@Unique('openid_sign_in_code_key', ['codeHash'])
@Index('openid_sign_in_forgotten', { synchronize: false })
@Index('openid_sign_in_organiser', { synchronize: false })
export class OpenIdSignInEntity {
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'openid_sign_in_pk' })
  attempt!: Buffer;

  @Column('bytea', { name: 'code_hash' })
  codeHash!: Buffer;

  @Column('bytea')
  challenge!: Buffer;

  @Column('uuid', { name: 'organiser_id' })
  organiserId!: string;

  /** Whether the provider's second factor stands in for ours. */
  @Column('boolean', { name: 'second_factor' })
  secondFactor!: boolean;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt!: Date | null;

  @Column('timestamptz', { name: 'forget_at' })
  forgetAt!: Date;
}
