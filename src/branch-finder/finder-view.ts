import type { LookupAnswer } from '../allocation/lookup.schemas.js';
import type { DirectoryView } from '../units/directory-view.js';
import type { Unit, UnitContact } from '../units/unit.js';
import { distanceWords, monthWords, precisionWords } from './place-words.js';

/** Beside the branch itself; more would be a list to wade through. */
const MOST_OTHERS = 4;
/** Asked of the lookup: the branch of the answer may be among them. */
export const NEAREST_ASKED = MOST_OTHERS + 1;

/** A branch as a template shows it. */
export interface BranchView {
  readonly name: string;
  readonly href: string;
  readonly town: string | null;
  readonly meets: string | null;
  /** In words; null where it is not known or nothing was looked up. */
  readonly distance: string | null;
  readonly contact: UnitContact;
  /** Whether the contact is another unit's, and so has to be named. */
  readonly isElsewhere: boolean;
  /** As the directory publishes it, already rounded; null: not on the map. */
  readonly lat: number | null;
  readonly long: number | null;
}

/** A region with its branches, in the order of their names. */
export interface RegionView {
  readonly slug: string;
  readonly name: string;
  readonly contact: UnitContact;
  readonly branches: readonly BranchView[];
}

/** What the page says about one postcode. */
export interface AnswerView {
  readonly postcode: string;
  readonly lead: string;
  readonly branch: BranchView | null;
  readonly others: readonly BranchView[];
  readonly precision: string;
  /** When the postcode was ended, in words. */
  readonly terminated: string | null;
  /** `organiser` is the regional one, `office` the national office where no region is known. */
  readonly organiserKind: 'organiser' | 'office';
  readonly organiser: UnitContact;
  readonly joinHref: string;
}

/** The branch as the directory has it. */
export function branchView(
  view: DirectoryView,
  branch: Unit,
  distanceKm: number | null = null,
): BranchView {
  const { slug, name, town, meets, position } = branch;
  const contact = view.contactOf(branch);
  return {
    name,
    href: `/branches/${slug}`,
    town,
    meets,
    distance: distanceWords(distanceKm),
    contact,
    isElsewhere: contact.name !== name,
    lat: position?.lat ?? null,
    long: position?.long ?? null,
  };
}

/** All regions with their branches, by name. A region without a branch still has an organiser. */
export function regionViews(view: DirectoryView): RegionView[] {
  const branchesOf = new Map<string, Unit[]>(view.regions.map(({ id }) => [id, []]));
  for (const branch of view.branches) branchesOf.get(view.regionOf(branch).id)?.push(branch);
  return byName(view.regions).map((region) => ({
    slug: region.slug,
    name: region.name,
    contact: view.contactOf(region),
    branches: byName(branchesOf.get(region.id) ?? []).map((branch) => branchView(view, branch)),
  }));
}

/** The answer of the lookup, in words. */
export function answerView(view: DirectoryView, answer: LookupAnswer): AnswerView {
  const found = new Map(view.branches.map((branch) => [branch.slug, branch]));
  const viewOf = ({ slug, distanceKm }: { slug: string; distanceKm: number | null }) => {
    const branch = found.get(slug);
    return branch === undefined ? [] : [branchView(view, branch, distanceKm)];
  };
  const others = answer.nearest.filter(({ slug }) => slug !== answer.branch?.slug);
  return {
    postcode: answer.postcode,
    lead: leadWords(answer),
    branch: (answer.branch === null ? [] : viewOf(answer.branch))[0] ?? null,
    others: others.slice(0, MOST_OTHERS).flatMap(viewOf),
    precision: precisionWords(answer),
    terminated: monthWords(answer.terminated),
    organiserKind: answer.region === null ? 'office' : 'organiser',
    organiser: answer.organiser,
    joinHref: `/join?${new URLSearchParams({ postcode: answer.postcode }).toString()}`,
  };
}

function leadWords({ branch, region, postcode, organiser }: LookupAnswer): string {
  if (branch !== null) return `${branch.name} looks after ${postcode}.`;
  if (region !== null) {
    return `There is no branch for ${postcode} yet. ${region.name} looks after you until there is.`;
  }
  return `No branch of ours covers ${postcode}. ${organiser.name} looks after you.`;
}

function byName(units: readonly Unit[]): Unit[] {
  return units.toSorted((one, other) => one.name.localeCompare(other.name, 'en'));
}
