import { mobileNumber } from './mobile-number.js';

/** What a unit is: the national office is the root, a region stands below it, a branch below a region. */
export type UnitKind = 'national' | 'region' | 'branch';

/** A point on the WGS84 ellipsoid, in degrees. */
export interface Position {
  lat: number;
  long: number;
}

/** A unit of the organisation as the directory keeps it in memory. */
export interface Unit {
  readonly id: string;
  readonly kind: UnitKind;
  readonly parentId: string | null;
  readonly slug: string;
  readonly name: string;
  /** As the organisation writes it: `020 8988 8777`. */
  readonly phone: string | null;
  readonly email: string | null;
  readonly town: string | null;
  /** When it meets, in the branch's own words; with the place where the branch publishes that. */
  readonly meets: string | null;
  /**
   * Rounded to about a kilometre unless the branch publishes it. Distances are measured from here,
   * so that asking from many places does not give an exact position away.
   */
  readonly position: Position | null;
  readonly demo: boolean;
  /** When it last changed, RFC 3339 in UTC. */
  readonly updatedAt: string;
  /** Whether somebody with an open account is named for one of its posts, or will cover one. */
  readonly hasOfficer: boolean;
}

/** A unit's public contact: its name and its public phone or email, never a natural person's. */
export interface UnitContact {
  name: string;
  phone: string | null;
  email: string | null;
}

/** Whether the unit gives the public anything to ring or write to. */
export function isReachable(unit: Unit): boolean {
  return unit.phone !== null || unit.email !== null;
}

/** Whether a notice of a duty would reach anybody there. */
export function canBeTold(unit: Unit): boolean {
  return unit.email !== null || unit.hasOfficer || mobileNumber(unit.phone) !== undefined;
}
