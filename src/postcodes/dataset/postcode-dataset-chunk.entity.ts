import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A piece of a dataset's snapshot. */
@Entity('postcode_dataset_chunk', {
  comment:
    'The snapshot of a dataset, cut into pieces of 1 MiB (src/postcodes/dataset/snapshot-format.ts).',
})
export class PostcodeDatasetChunkEntity {
  @PrimaryColumn('uuid', {
    name: 'dataset_id',
    primaryKeyConstraintName: 'postcode_dataset_chunk_pk',
  })
  datasetId!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'postcode_dataset_chunk_pk' })
  number!: number;

  @Column('bytea')
  bytes!: Buffer;
}
