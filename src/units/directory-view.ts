import type { DirectorySnapshot } from './unit-directory.repository.js';
import { canBeTold, isReachable, type Unit, type UnitContact } from './unit.js';

/** The rules of one prefix: at most one of a region and one of a branch. */
export interface RulesOfPrefix {
  region?: Unit;
  branch?: Unit;
}

/** The organisation as it stood at one version: units, their order, and the coverage rules. */
export class DirectoryView {
  static readonly empty = new DirectoryView({ version: '0', units: [], rules: [] });

  readonly version: string;
  readonly regions: readonly Unit[];
  readonly branches: readonly Unit[];
  private readonly units = new Map<string, Unit>();
  private readonly rules = new Map<string, RulesOfPrefix>();
  private readonly root: Unit | undefined;

  constructor(snapshot: DirectorySnapshot) {
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

  rulesOf(prefix: string): RulesOfPrefix | undefined {
    return this.rules.get(prefix);
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
