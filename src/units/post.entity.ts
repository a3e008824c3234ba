import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Office } from './office.js';

/** An office to be held: it may be vacant, or covered by a stand-in. */
@Entity('post', {
  comment: 'An office to be held: it may be vacant, or covered by a stand-in.',
})
@Index('post_holder', { synchronize: false })
@Index('post_stand_in', { synchronize: false })
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

  /** Moved on by the table itself, whoever changes the row. */
  @Column('integer', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'updated_at', default: () => 'clock_now()' })
  updatedAt!: Date;
}
