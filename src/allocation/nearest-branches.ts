import { distanceKm, type Position } from '../postcodes/distance.js';
import type { LocatedPostcode } from '../postcodes/postcode-locator.js';
import type { DirectoryView } from '../units/directory-view.js';
import type { Unit } from '../units/unit.js';

export interface NearBranch {
  readonly branch: Unit;
  readonly km: number;
}

/**
 * The branches of one organisation that have a position, as points on the unit sphere: the nearer
 * on the sphere, the nearer through it, and that takes no trigonometry. Looking at all of them is
 * quicker than a tree for as many branches as an organisation has (5,000 take ten microseconds).
 */
class BranchPositions {
  private readonly branches: readonly { unit: Unit; position: Position }[];
  private readonly points: Float64Array;

  constructor(branches: readonly Unit[]) {
    this.branches = branches.flatMap((unit) =>
      unit.position === null ? [] : [{ unit, position: unit.position }],
    );
    this.points = new Float64Array(this.branches.length * 3);
    for (const [index, { position }] of this.branches.entries()) {
      this.points.set(pointOf(position), index * 3);
    }
  }

  nearest(from: Position, limit: number): NearBranch[] {
    const [x, y, z] = pointOf(from);
    const { points } = this;
    const found: number[] = [];
    const squares: number[] = [];
    for (let index = 0, at = 0; at < points.length; index += 1, at += 3) {
      const dx = (points[at] as number) - x;
      const dy = (points[at + 1] as number) - y;
      const dz = (points[at + 2] as number) - z;
      const square = dx * dx + dy * dy + dz * dz;
      if (found.length === limit && square >= (squares[limit - 1] as number)) continue;
      let place = found.length < limit ? found.length : limit - 1;
      // Equal distances stay in the order of the branches, which is that of their slugs.
      for (; place > 0 && (squares[place - 1] as number) > square; place -= 1) {
        squares[place] = squares[place - 1] as number;
        found[place] = found[place - 1] as number;
      }
      squares[place] = square;
      found[place] = index;
    }
    return found.map((index) => {
      const { unit, position } = this.branches[index] as { unit: Unit; position: Position };
      return { branch: unit, km: distanceKm(from, position) };
    });
  }
}

const ofView = new WeakMap<DirectoryView, Map<string, BranchPositions>>();

/**
 * The branches nearest to a position, nearest first, at an equal distance in the order of their
 * slugs.
 *
 * @param region whose branches alone are asked for; all where there is none.
 */
export function nearestBranches(
  view: DirectoryView,
  { position: from }: LocatedPostcode,
  limit: number,
  region?: Unit,
): NearBranch[] {
  if (from === null) return [];
  let ofRegions = ofView.get(view);
  if (ofRegions === undefined) ofView.set(view, (ofRegions = new Map()));
  const key = region?.id ?? '';
  let positions = ofRegions.get(key);
  if (positions === undefined) {
    positions = new BranchPositions(
      region === undefined
        ? view.branches
        : view.branches.filter(({ parentId }) => parentId === region.id),
    );
    ofRegions.set(key, positions);
  }
  return positions.nearest(from, limit);
}

function pointOf({ lat, long }: Position): [number, number, number] {
  const phi = (lat * Math.PI) / 180;
  const lambda = (long * Math.PI) / 180;
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}
