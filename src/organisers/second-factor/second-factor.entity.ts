import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What an account shares with an app that makes codes; one that is being set up is `pending`. */
@Entity('organiser_second_factor', {
  comment:
    'The secret that an account shares with an app, sealed by the application, and the last time step of which a code was taken.',
})
export class SecondFactorEntity {
  @PrimaryColumn('uuid', {
    name: 'organiser_id',
    primaryKeyConstraintName: 'organiser_second_factor_pk',
  })
  organiserId!: string;

  @Column('bytea', { nullable: true, select: false })
  secret!: Buffer | null;

  @Column('timestamptz', { name: 'on_since', nullable: true })
  onSince!: Date | null;

  @Column('bigint', { name: 'last_step', nullable: true })
  lastStep!: string | null;

  @Column('bytea', { name: 'pending_secret', nullable: true, select: false })
  pendingSecret!: Buffer | null;

  @Column('timestamptz', { name: 'pending_since', nullable: true })
  pendingSince!: Date | null;
}
