import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The one row that says which dataset answers; a change of it is told to every process. */
@Entity('current_postcode_dataset', {
  comment:
    'The one version that answers; none before the first import. Every process keeps it in memory.',
})
export class CurrentPostcodeDatasetEntity {
  @PrimaryColumn('boolean', {
    default: true,
    primaryKeyConstraintName: 'current_postcode_dataset_pk',
  })
  singleton!: boolean;

  @Column('uuid', { name: 'dataset_id', nullable: true })
  datasetId!: string | null;

  @Column('timestamptz', { name: 'switched_at', default: () => 'clock_now()' })
  switchedAt!: Date;
}
