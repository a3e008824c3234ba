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
 * on the sphere, the nearer through it, and that takes no trigonometry. They lie from south to
 * north, and a search goes from where it stands to both sides until all that is left is farther
 * than what was found: of 5,000 branches it looks at a hundred or two.
 */
class BranchPositions {
  /** From south to north. */
  private readonly branches: readonly PlacedBranch[];
  /** x, y and z of each; z grows to the north. */
  private readonly points: Float64Array;

  constructor(branches: readonly Unit[]) {
    this.branches = branches
      .flatMap((unit) => (unit.position === null ? [] : [{ unit, position: unit.position }]))
      .sort((one, other) => one.position.lat - other.position.lat);
    this.points = new Float64Array(this.branches.length * 3);
    for (const [index, { position }] of this.branches.entries()) {
      this.points.set(pointOf(position), index * 3);
    }
  }

  nearest(from: Position, limit: number): NearBranch[] {
    const point = pointOf(from);
    const found: Found[] = [];
    let north = this.firstFrom(point[2]);
    let south = north - 1;
    while (north < this.branches.length || south >= 0) {
      const toNorth = this.alongAxis(north, point[2]);
      const toSouth = this.alongAxis(south, point[2]);
      const farthest = found.length < limit ? Infinity : (found[limit - 1] as Found).square;
      if (Math.min(toNorth, toSouth) > farthest) break;
      const index = toNorth <= toSouth ? north++ : south--;
      this.take(index, point, found, limit);
    }
    return found.map(({ branch: { unit, position } }) => ({
      branch: unit,
      km: distanceKm(from, position),
    }));
  }

  /** The square of how far a branch is to the north or south alone: none is nearer than that. */
  private alongAxis(index: number, z: number): number {
    if (index < 0 || index >= this.branches.length) return Infinity;
    const step = (this.points[index * 3 + 2] as number) - z;
    return step * step;
  }

  /** Puts a branch in its place among those found, if it has one there. */
  private take(index: number, [x, y, z]: Point, found: Found[], limit: number): void {
    const dx = (this.points[index * 3] as number) - x;
    const dy = (this.points[index * 3 + 1] as number) - y;
    const dz = (this.points[index * 3 + 2] as number) - z;
    const square = dx * dx + dy * dy + dz * dz;
    if (found.length === limit && square > (found[limit - 1] as Found).square) return;
    const branch = this.branches[index] as PlacedBranch;
    let place = found.length;
    while (place > 0 && comesBefore(square, branch, found[place - 1] as Found)) place -= 1;
    found.splice(place, 0, { square, branch });
    if (found.length > limit) found.pop();
  }

  /** The first branch that is not farther south. */
  private firstFrom(z: number): number {
    let low = 0;
    let high = this.branches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.points[middle * 3 + 2] as number) < z) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

interface PlacedBranch {
  readonly unit: Unit;
  readonly position: Position;
}

interface Found {
  /** Of the distance through the sphere. */
  readonly square: number;
  readonly branch: PlacedBranch;
}

type Point = readonly [x: number, y: number, z: number];

function comesBefore(square: number, { unit }: PlacedBranch, other: Found): boolean {
  return square < other.square || (square === other.square && unit.slug < other.branch.unit.slug);
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

function pointOf({ lat, long }: Position): Point {
  const phi = (lat * Math.PI) / 180;
  const lambda = (long * Math.PI) / 180;
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}
