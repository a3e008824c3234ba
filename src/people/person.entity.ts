import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Enquirer, supporter and member are states of a person, never separate records. */
export type PersonStatus = 'enquirer' | 'supporter' | 'member';

/**
 * TypeORM takes a column for generated only where an expression is given, and compares it trimmed
 * with what it has noted itself, which is nothing: the expression stands in the migration alone.
 */
const EXPRESSION_OF_THE_MIGRATION = ' ';

/** Anybody we know. */
@Entity('person')
@Index('person_external_id_key', { synchronize: false })
@Index('person_unit', { synchronize: false })
@Index('person_folded_name', { synchronize: false })
@Index('person_home', { synchronize: false })
export class PersonEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'person_pk' })
  id!: string;

  @Column('text', { name: 'external_id', nullable: true })
  externalId!: string | null;

  @Column('text', { name: 'given_name' })
  givenName!: string;

  @Column('text', { name: 'family_name', nullable: true })
  familyName!: string | null;

  /** Made by the database from the given name, for matching; never written. */
  @Column({
    type: 'text',
    name: 'folded_given_name',
    generatedType: 'STORED',
    asExpression: EXPRESSION_OF_THE_MIGRATION,
    insert: false,
    update: false,
  })
  foldedGivenName!: string;

  /** Made by the database from the whole name, for matching and search; never written. */
  @Column({
    type: 'text',
    name: 'folded_name',
    generatedType: 'STORED',
    asExpression: EXPRESSION_OF_THE_MIGRATION,
    insert: false,
    update: false,
  })
  foldedName!: string;

  @Column('text', { default: 'enquirer' })
  status!: PersonStatus;

  /** `YYYY-MM-DD`. */
  @Column('date', { name: 'date_of_birth', nullable: true })
  dateOfBirth!: string | null;

  @Column('text')
  country!: string;

  @Column('text', { nullable: true })
  postcode!: string | null;

  @Column('text', { name: 'address_line1', nullable: true })
  addressLine1!: string | null;

  @Column('text', { name: 'address_line2', nullable: true })
  addressLine2!: string | null;

  @Column('text', { nullable: true })
  town!: string | null;

  @Column('uuid', {
    name: 'unit_id',
    comment:
      'The unit whose officers may see this person: the branch, region or national office they belong to; for somebody under eighteen the national office.',
  })
  unitId!: string;

  @Column('integer', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'clock_now()' })
  updatedAt!: Date;
}
