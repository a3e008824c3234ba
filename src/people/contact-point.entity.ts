import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A way to reach a person; unverified until the link sent to it has been used. */
@Entity('contact_point')
@Index('contact_point_value', { synchronize: false })
export class ContactPointEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'contact_point_pk' })
  id!: string;

  @Column('uuid', { name: 'person_id' })
  personId!: string;

  @Column('text')
  kind!: 'email' | 'phone';

  @Column('text', { comment: 'Email lower-cased, phone in E.164.' })
  value!: string;

  @Column('timestamptz', { name: 'verified_at', nullable: true })
  verifiedAt!: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_now()' })
  createdAt!: Date;
}
