import type { CoverageRule, DirectorySnapshot } from './unit-directory.repository.js';
import { canBeTold, isReachable, type Unit, type UnitContact } from './unit.js';

/** The rules of one code: at most one of a region and one of a branch. */
export interface RulesOfCode {
  readonly region?: Unit;
  readonly branch?: Unit;
}

/** What is to be different in the rules; each side as the rules themselves are written. */
export interface ProposedRules {
  readonly add?: readonly CoverageRule[];
  readonly remove?: readonly CoverageRule[];
}

/** The organisation as it stood at one version: units, their order, and the coverage rules. */
export class DirectoryView {
  static readonly empty = new DirectoryView({ version: '0', units: [], rules: [] });

  readonly version: string;
  readonly regions: readonly Unit[];
  readonly branches: readonly Unit[];
  private readonly units = new Map<string, Unit>();
  private readonly rules = new Map<string, RulesOfCode>();
  private readonly root: Unit | undefined;

  constructor(private readonly snapshot: DirectorySnapshot) {
    this.version = snapshot.version;
    for (const unit of snapshot.units) this.units.set(unit.id, unit);
    this.regions = snapshot.units.filter(({ kind }) => kind === 'region');
    this.branches = snapshot.units.filter(({ kind }) => kind === 'branch');
    this.root = snapshot.units.find(({ kind }) => kind === 'national');
    for (const { prefix, unitId } of snapshot.rules) {
      const unit = this.units.get(unitId);
      if (unit === undefined || unit.kind === 'national') continue;
      this.rules.set(prefix, { ...this.rules.get(prefix), [unit.kind]: unit });
    }
  }

  /** Whether an organisation has been imported; before that nothing can be allocated. */
  get isReady(): boolean {
    return this.root !== undefined;
  }

  /** The national office, root of all units. */
  get national(): Unit {
    if (this.root === undefined) throw new OrganisationMissing();
    return this.root;
  }

  get(id: string): Unit | undefined {
    return this.units.get(id);
  }

  parentOf(unit: Unit): Unit | undefined {
    return unit.parentId === null ? undefined : this.units.get(unit.parentId);
  }

  regionOf(branch: Unit): Unit {
    const parent = this.parentOf(branch);
    if (parent === undefined) throw new Error(`Branch ${branch.slug} has no region.`);
    return parent;
  }

  /** The rules of a postcode prefix or an official code, in its written form. */
  rulesOf(code: string): RulesOfCode | undefined {
    return this.rules.get(code);
  }

  /**
   * The same organisation with other rules, to see what would follow from a proposal: first those
   * of `remove` are left out, then those of `add` put in, where one takes the place of a rule for
   * the same code and the same kind of unit. Keeps its version, for it is no state that was stored.
   * This view stays as it is.
   */
  withRules({ add = [], remove = [] }: ProposedRules): DirectoryView {
    const gone = new Set(remove.map(({ prefix, unitId }) => `${prefix} ${unitId}`));
    const placeOf = ({ prefix, unitId }: CoverageRule) => `${prefix} ${this.get(unitId)?.kind}`;
    const taken = new Set(add.map(placeOf));
    const kept = this.snapshot.rules.filter(
      (rule) => !gone.has(`${rule.prefix} ${rule.unitId}`) && !taken.has(placeOf(rule)),
    );
    return new DirectoryView({ ...this.snapshot, rules: [...kept, ...add] });
  }

  /** The unit itself or the first above it that a notice would reach; in the end the national office. */
  responsible(unit: Unit): Unit {
    return this.upward(unit, canBeTold);
  }

  /** Whom the public may ring or write to about this unit: its own contact or the first above it. */
  contactOf(unit: Unit): UnitContact {
    const { name, phone, email } = this.upward(unit, isReachable);
    return { name, phone, email };
  }

  private upward(unit: Unit, suits: (unit: Unit) => boolean): Unit {
    for (let at: Unit | undefined = unit; at !== undefined; at = this.parentOf(at)) {
      if (suits(at)) return at;
    }
    return this.national;
  }
}

/** Raised while no organisation has been imported: the operator has a step left to do. */
export class OrganisationMissing extends Error {
  constructor() {
    super('No organisation has been imported: run `cli organisation import FILE`.');
    this.name = 'OrganisationMissing';
  }
}
