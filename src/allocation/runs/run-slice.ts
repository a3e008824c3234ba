import type { AllocationDecision } from '../allocation-decision.js';
import { type PlacedPerson, isNews, keepingIn } from '../moves/placed-person.js';
import type { Unit } from '../../units/unit.js';
import type { SliceCounts } from './allocation-run.js';

/** What a run finds for one person. */
export interface Finding {
  readonly person: PlacedPerson;
  /** Null where an override holds, which no run touches. */
  readonly decision: AllocationDecision | null;
  /** Who would look after them. */
  readonly keeper: Unit | null;
  readonly isMinor: boolean;
  readonly moves: boolean;
  readonly isNews: boolean;
}

/** What a run finds for somebody. Pure: the same people and rules always give the same findings. */
export function findingFor(
  person: PlacedPerson,
  decide: (person: PlacedPerson) => AllocationDecision,
  ages: { readonly national: Unit; readonly today: string },
): Finding {
  if (person.overridden) {
    return { person, decision: null, keeper: null, isMinor: false, moves: false, isNews: false };
  }
  const decision = decide(person);
  const { keeper, isMinor, moves } = keepingIn(decision.unit, person, ages);
  return { person, decision, keeper, isMinor, moves, isNews: isNews(person, decision) };
}

/** Whether a recompute has anything to write for somebody. */
export function changes({ moves, isNews: news }: Finding): boolean {
  return moves || news;
}

/** The figures of a slice; which duties moved along only writing them tells. */
export function countsOf(findings: readonly Finding[]): Omit<SliceCounts, 'dutiesMoved'> {
  const count = (counts: (finding: Finding) => boolean) => findings.filter(counts).length;
  const hasBranchNow = ({ person }: Finding) => person.allocation?.branchId != null;
  const hasBranchThen = (finding: Finding) =>
    finding.decision === null ? hasBranchNow(finding) : finding.decision.branch !== null;
  return {
    seen: findings.length,
    moved: count(({ moves }) => moves),
    renewed: count((finding) => finding.isNews && !finding.moves),
    overridden: count(({ person }) => person.overridden),
    minors: count(({ isMinor }) => isMinor),
    withoutBranch: count((finding) => !hasBranchThen(finding)),
    losingBranch: count((finding) => hasBranchNow(finding) && !hasBranchThen(finding)),
  };
}
