import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { DatasetKind, DatasetState } from './dataset-version.js';

/** A release of the postcode reference data that was imported. */
@Entity('postcode_dataset', {
  comment:
    'A release of the postcode reference data that was imported; what it says is in its chunks.',
})
export class PostcodeDatasetEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'postcode_dataset_pk' })
  id!: string;

  @Column('text')
  version!: string;

  @Column('text')
  kind!: DatasetKind;

  @Column('text', { default: 'importing' })
  state!: DatasetState;

  @Column('text', { name: 'file_name' })
  fileName!: string;

  /** The columns that its edition had, as they were named. */
  @Column('text', { array: true, default: '{}' })
  columns!: string[];

  @Column('integer', { default: 0 })
  live!: number;

  @Column('integer', { default: 0 })
  terminated!: number;

  @Column('integer', { name: 'without_position', default: 0 })
  withoutPosition!: number;

  @Column('integer', { default: 0 })
  rejected!: number;

  /** Of the snapshot as a whole; null until it is whole. */
  @Column('integer', { nullable: true })
  bytes!: number | null;

  @Column('bytea', { nullable: true })
  sha256!: Buffer | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'completed_at', nullable: true })
  completedAt!: Date | null;
}
