import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Who does the duties of a post from one date to another. */
@Entity('post_cover', {
  comment:
    'Who does the duties of a post from one date to another. One that was called off ends then; before it began, as it would have begun.',
})
@Index('post_cover_post', { synchronize: false })
@Index('post_cover_organiser', { synchronize: false })
export class PostCoverEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'post_cover_pk' })
  id!: string;

  @Column('uuid', { name: 'post_id' })
  postId!: string;

  @Column('uuid', { name: 'organiser_id' })
  organiserId!: string;

  @Column('timestamptz', { name: 'valid_from' })
  validFrom!: Date;

  @Column('timestamptz', { name: 'valid_until' })
  validUntil!: Date;

  @Column('uuid', { name: 'arranged_by', nullable: true })
  arrangedBy!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_now()' })
  createdAt!: Date;
}
