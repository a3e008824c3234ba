import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The account of a human who holds posts. The email address is kept in lower case. */
@Entity('organiser')
export class OrganiserEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'organiser_pk' })
  id!: string;

  @Column('text')
  email!: string;

  @Column('text')
  name!: string;

  /** Argon2id in its PHC string form; never selected unless asked for. */
  @Column('text', { name: 'password_hash', select: false })
  passwordHash!: string;

  @Column('integer', {
    name: 'credentials_version',
    default: 1,
    comment:
      'Moves on with every new password; a link that resets one names the version it was made for.',
  })
  credentialsVersion!: number;

  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt!: Date | null;

  @Column('text', {
    name: 'disabled_reason',
    nullable: true,
    comment: 'Why the account was closed, in the words of who closed it; gone when it is opened.',
  })
  disabledReason!: string | null;

  /** Of the name and whether it is open; moves on with each change. */
  @Column('integer', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'updated_at', default: () => 'clock_now()' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_now()' })
  createdAt!: Date;
}
