import { kmAlongSphere, type Position } from '../postcodes/distance.js';
import type { LocatedPostcode } from '../postcodes/postcode-locator.js';
import type { DirectoryView } from '../units/directory-view.js';
import type { Unit } from '../units/unit.js';

export interface NearBranch {
  readonly branch: Unit;
  readonly km: number;
}

/** So few are looked at one by one: halving them further costs more than it spares. */
const LEAF = 8;

/**
 * The branches of one organisation that have a position, as points on the unit sphere: the nearer
 * on the sphere, the nearer through it, and that takes no trigonometry.
 *
 * They lie in a k-d tree without pointers: the middle one of a stretch parts it in two halves along
 * the axis on which it is the longest, and each half is laid out likewise. A search goes down to
 * where it stands, and into the other half only where that could be nearer than what was found.
 */
class BranchPositions {
  private readonly branches: readonly Unit[];
  /** x, y and z of each; z grows to the north. */
  private readonly points: Float64Array;
  /** Along which axis a stretch is parted, at its middle. */
  private readonly axes: Uint8Array;

  constructor(branches: readonly Unit[]) {
    const placed = branches.flatMap((unit) =>
      unit.position === null ? [] : [{ unit, point: pointOf(unit.position) }],
    );
    this.axes = new Uint8Array(placed.length);
    this.layOut(placed, 0, placed.length);
    this.branches = placed.map(({ unit }) => unit);
    this.points = Float64Array.from(placed.flatMap(({ point }) => point));
  }

  nearest(from: Position, limit: number): NearBranch[] {
    const found: Found[] = [];
    this.search({ point: pointOf(from), limit, found }, 0, this.branches.length);
    return found.map(({ branch, square }) => ({ branch, km: kmAlongSphere(Math.sqrt(square)) }));
  }

  private layOut(placed: PlacedBranch[], begin: number, end: number): void {
    if (end - begin <= LEAF) return;
    const stretch = placed.slice(begin, end);
    const axis = longestAxis(stretch);
    stretch.sort((one, other) => one.point[axis] - other.point[axis]);
    for (const [index, one] of stretch.entries()) placed[begin + index] = one;
    const middle = (begin + end) >>> 1;
    this.axes[middle] = axis;
    this.layOut(placed, begin, middle);
    this.layOut(placed, middle + 1, end);
  }

  private search(search: Search, begin: number, end: number): void {
    if (end - begin <= LEAF) {
      for (let index = begin; index < end; index += 1) this.take(search, index);
      return;
    }
    const middle = (begin + end) >>> 1;
    const axis = this.axes[middle] as Axis;
    const across = search.point[axis] - (this.points[middle * 3 + axis] as number);
    if (across < 0) this.search(search, begin, middle);
    else this.search(search, middle + 1, end);
    // What lies as far as the farthest found may still come before it by its slug.
    if (across * across > farthest(search)) return;
    this.take(search, middle);
    if (across < 0) this.search(search, middle + 1, end);
    else this.search(search, begin, middle);
  }

  /** Puts a branch in its place among those found, if it has one there. */
  private take(search: Search, index: number): void {
    const { point, found, limit } = search;
    const dx = (this.points[index * 3] as number) - point[0];
    const dy = (this.points[index * 3 + 1] as number) - point[1];
    const dz = (this.points[index * 3 + 2] as number) - point[2];
    const square = dx * dx + dy * dy + dz * dz;
    if (square > farthest(search)) return;
    const branch = this.branches[index] as Unit;
    let place = found.length;
    while (place > 0 && comesBefore(square, branch, found[place - 1] as Found)) place -= 1;
    found.splice(place, 0, { square, branch });
    if (found.length > limit) found.pop();
  }
}

type Point = readonly [x: number, y: number, z: number];
type Axis = 0 | 1 | 2;

interface PlacedBranch {
  readonly unit: Unit;
  readonly point: Point;
}

interface Found {
  /** Of the distance through the sphere. */
  readonly square: number;
  readonly branch: Unit;
}

interface Search {
  readonly point: Point;
  readonly limit: number;
  /** Nearest first. */
  readonly found: Found[];
}

/** The square beyond which nothing is wanted any more. */
function farthest({ found, limit }: Search): number {
  return found.length < limit ? Infinity : (found[limit - 1] as Found).square;
}

function comesBefore(square: number, { slug }: Unit, other: Found): boolean {
  return square < other.square || (square === other.square && slug < other.branch.slug);
}

function longestAxis(placed: readonly PlacedBranch[]): Axis {
  const lengths = ([0, 1, 2] as const).map((axis) => {
    let [least, most] = [Infinity, -Infinity];
    for (const { point } of placed) {
      least = Math.min(least, point[axis]);
      most = Math.max(most, point[axis]);
    }
    return most - least;
  });
  return lengths.indexOf(Math.max(...lengths)) as Axis;
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
