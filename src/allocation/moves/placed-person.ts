import type { AllocationDecision } from '../allocation-decision.js';
import { isMinorOn } from '../../people/age.js';
import type { Unit } from '../../units/unit.js';

/** Somebody with where they belong now: all that a new decision is made from and compared with. */
export interface PlacedPerson {
  readonly id: string;
  readonly version: number;
  readonly country: string;
  readonly postcode: string | null;
  /** `YYYY-MM-DD`. */
  readonly dateOfBirth: string | null;
  /** The unit whose officers see them. */
  readonly keeperId: string;
  /** Null for somebody who has never been allocated. */
  readonly allocation: PresentAllocation | null;
  /** An organiser has said where they belong, and that still holds. */
  readonly overridden: boolean;
}

export interface PresentAllocation {
  readonly id: string;
  readonly method: string;
  readonly unitId: string;
  readonly branchId: string | null;
  readonly regionId: string | null;
  readonly rulePrefix: string | null;
}

/** Who looks after somebody that belongs to a unit. */
export interface Keeping {
  /** Whose officers see them: for a child the national office, wherever they live. */
  readonly keeper: Unit;
  readonly isMinor: boolean;
  /** They come under the eyes of other officers than now. */
  readonly moves: boolean;
}

/** Who would look after somebody in a unit. `today` is a day of London, `YYYY-MM-DD`. */
export function keepingIn(
  unit: Unit,
  person: Pick<PlacedPerson, 'dateOfBirth' | 'keeperId'>,
  { national, today }: { readonly national: Unit; readonly today: string },
): Keeping {
  const isMinor = isMinorOn(person.dateOfBirth, today);
  const keeper = isMinor ? national : unit;
  return { keeper, isMinor, moves: keeper.id !== person.keeperId };
}

/** Whether somebody would belong elsewhere than now, or there for another reason. */
export function isNews(
  { allocation: present }: PlacedPerson,
  decision: AllocationDecision,
): boolean {
  return (
    present === null ||
    present.method !== decision.method ||
    present.unitId !== decision.unit.id ||
    present.branchId !== (decision.branch?.id ?? null) ||
    present.regionId !== (decision.region?.id ?? null) ||
    present.rulePrefix !== decision.rulePrefix
  );
}
