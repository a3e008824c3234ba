/** Whose release a dataset is. The short form of Code-Point Open counts as Code-Point Open. */
export type DatasetKind = 'onspd' | 'nspl' | 'code-point-open';

export type DatasetState = 'importing' | 'complete';

/** How many postcodes a dataset has, and how many rows of its files could not be taken. */
export interface DatasetCounts {
  readonly live: number;
  readonly terminated: number;
  /** Of both: those that the release gives no grid reference for. */
  readonly withoutPosition: number;
  readonly rejected: number;
}

/** A version as an operator sees it. */
export interface DatasetVersion extends DatasetCounts {
  readonly id: string;
  readonly version: string;
  readonly kind: DatasetKind;
  readonly state: DatasetState;
  readonly fileName: string;
  readonly columns: readonly string[];
  /** Of its snapshot; null while it is being imported. */
  readonly bytes: number | null;
  readonly createdAt: Date;
  readonly current: boolean;
}
