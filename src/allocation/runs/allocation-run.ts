/** A dry run only looks; a recompute moves people. */
export const RUN_KINDS = ['dry_run', 'recompute'] as const;
export type RunKind = (typeof RUN_KINDS)[number];

/** How far a run has come. The last three are for good. */
export const RUN_STATES = ['running', 'finished', 'failed', 'cancelled'] as const;
export type RunState = (typeof RUN_STATES)[number];

/** A coverage rule as a run keeps it: one that is proposed, or one that is to go. */
export interface ProposedRule {
  /** Of a rule that exists. */
  readonly id: string | null;
  readonly kind: string;
  /** In its written form: `M14 5`, `E05011347`. */
  readonly code: string;
  readonly unitId: string;
  readonly unitKind: 'region' | 'branch';
}

/** A run that is locked for its next slice. */
export interface LockedRun {
  readonly id: string;
  readonly kind: RunKind;
  readonly rulesAdded: readonly ProposedRule[];
  readonly rulesRemoved: readonly ProposedRule[];
  /** What its decisions are made from; another one ends it. */
  readonly basis: string;
  readonly datasetVersion: string;
  /** The last person whose slice is committed; null before the first. */
  readonly position: string | null;
  /** Transactions that a recompute waits for; null until they are looked up. */
  readonly awaited: readonly string[] | null;
  /** Its end is marked and its people are counted. */
  readonly isMarked: boolean;
  /** Up to whom it goes: the last person of all when it was marked, or a latecomer. */
  readonly lastPersonId: string | null;
  readonly startedById: string | null;
}

/** What a slice adds to the figures of its run. */
export interface SliceCounts {
  readonly seen: number;
  readonly moved: number;
  /** Who stay where they are, but for another reason. */
  readonly renewed: number;
  /** Whom an organiser has put where they are. */
  readonly overridden: number;
  /** Under eighteen: with the national office, wherever they live. */
  readonly minors: number;
  /** Who have no branch afterwards. */
  readonly withoutBranch: number;
  /** Of those: who had one before. */
  readonly losingBranch: number;
  readonly dutiesMoved: number;
}
