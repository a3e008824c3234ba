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

  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt!: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_now()' })
  createdAt!: Date;
}
