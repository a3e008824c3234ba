import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** Which account signs in as whom at a provider of identities. */
@Entity('organiser_openid_identity', {
  comment: 'Which account signs in as whom at a provider of identities.',
})
@Unique('organiser_openid_identity_one', ['organiserId', 'issuer'])
export class OpenIdIdentityEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'organiser_openid_identity_pk' })
  issuer!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'organiser_openid_identity_pk' })
  subject!: string;

  @Column('uuid', { name: 'organiser_id' })
  organiserId!: string;

  @Column('timestamptz', { name: 'linked_at', default: () => 'clock_now()' })
  linkedAt!: Date;
}
