import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The offices a unit may have; of each at most one. */
export type Office =
  | 'national_office'
  | 'regional_organiser'
  | 'branch_secretary'
  | 'treasurer'
  | 'data_protection_officer'
  | 'safeguarding_officer';

/** An office to be held: it may be vacant, or covered by a stand-in. */
@Entity('post', {
  comment: 'An office to be held: it may be vacant, or covered by a stand-in.',
})
@Index('post_holder', ['holderId'], { synchronize: false })
@Index('post_stand_in', ['standInId'], { synchronize: false })
export class PostEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'post_pk' })
  id!: string;

  @Column('uuid', { name: 'unit_id' })
  unitId!: string;

  @Column('text')
  office!: Office;

  @Column('uuid', { name: 'holder_id', nullable: true })
  holderId!: string | null;

  @Column('uuid', { name: 'stand_in_id', nullable: true })
  standInId!: string | null;
}
