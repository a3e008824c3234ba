import { Injectable } from '@nestjs/common';
import { recordDeed } from '../audit/audit.js';
import { IdempotentCreation } from '../organisers/idempotent-creation.js';
import type { SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Database, type OrganiserManager } from '../platform/database/database.js';
import type { Page } from '../platform/http/keyset-page.js';
import { forbidden, notFound } from '../platform/http/standard-problems.js';
import { PostcodeLocator } from '../postcodes/postcode-locator.js';
import { regionOf, rivalsOf } from './coverage-clash.js';
import { type CoverageCode, isKnownCode, parseCoverageCode } from './coverage-code.js';
import {
  type CoverageRuleRow,
  CoverageRulesAdminRepository,
  type RuleHolder,
} from './coverage-rules-admin.repository.js';
import {
  AreaNotKnown,
  CoverageRuleClash,
  CoveredByAnotherRegion,
  CoversAnotherRegion,
  unknownUnit,
} from './coverage-rules.admin-errors.js';
import { lockOrganisation } from './organisation-lock.repository.js';
import { takenPostcode } from './taken-postcode.js';
import { UnitDirectory } from './unit-directory.js';
import type {
  AdminCoverageRule,
  CoverageRulesQuery,
  NewCoverageRule,
} from './coverage-rules.admin-schemas.js';

/**
 * Coverage rules as organisers see and change them. A change holds for whoever joins from now on;
 * people who are there already stay where they are until allocations are recomputed.
 */
@Injectable()
export class CoverageRulesAdminService {
  constructor(
    private readonly database: Database,
    private readonly repository: CoverageRulesAdminRepository,
    private readonly creation: IdempotentCreation,
    private readonly locator: PostcodeLocator,
    private readonly directory: UnitDirectory,
  ) {}

  /** A page of the rules of the caller's units. */
  async list(
    organiser: SignedInOrganiser,
    query: CoverageRulesQuery,
  ): Promise<Page<AdminCoverageRule>> {
    const page = await this.database.asOrganiser(organiser, (manager) =>
      this.repository.page(manager, query),
    );
    return { ...page, data: page.data.map((rule) => this.described(rule)) };
  }

  /**
   * Makes a rule, unless another unit covers the same code; a branch may cover what its own region
   * covers.
   *
   * @throws Problem 422 `unknown_unit`, 403 where the unit is not the caller's to change;
   *   CoveredByAnotherRegion, CoversAnotherRegion, AreaNotKnown 403; CoverageRuleClash 409, which names both rules.
   */
  create(organiser: SignedInOrganiser, input: NewCoverageRule, key: string | undefined) {
    const request = { route: 'coverage-rules', key, input };
    return this.creation.run(organiser, request, async (manager) => {
      await lockOrganisation(manager);
      const holder = await this.repository.holder(manager, input.unitId);
      if (holder === undefined) throw unknownUnit();
      if (!holder.changeable) throw forbidden('regions.write');
      const { code } = input.code;
      await this.refuseTaking(manager, holder, input.code);
      const rivals = rivalsOf(holder, await this.repository.holdersOf(manager, code));
      if (rivals.length > 0) throw new CoverageRuleClash(code, holder, rivals);
      const id = await this.repository.insert(manager, holder, input.code);
      await this.audit(manager, organiser, 'coverage_rule.created', id);
      const rule = await this.repository.rule(manager, id);
      if (rule === undefined) throw new Error('The rule that was just made is not there.');
      return this.described(rule);
    });
  }

  /**
   * Takes a rule away.
   *
   * @throws Problem 404 out of sight, 403 where its unit is not the caller's to change.
   */
  delete(organiser: SignedInOrganiser, id: string): Promise<void> {
    return this.database.asOrganiser(organiser, async (manager) => {
      const rule = await this.repository.rule(manager, id);
      if (rule === undefined) throw notFound();
      if (!rule.changeable) throw forbidden('regions.write');
      if (!(await this.repository.delete(manager, id))) throw notFound();
      await this.audit(manager, organiser, 'coverage_rule.deleted', id);
    });
  }

  /**
   * Whoever does not organise the whole country takes nothing out of a region that is not theirs:
   * not by a prefix within what it covers, and not by an area in which it has postcodes.
   */
  private async refuseTaking(
    manager: OrganiserManager,
    holder: RuleHolder,
    covered: CoverageCode,
  ): Promise<void> {
    const { isNational, unitIds } = await this.repository.reach(manager);
    if (isNational) return;
    const { code, kind } = covered;
    const mine = new Set(unitIds).add(regionOf(holder) ?? '');
    const isForeign = (regionId: string | null) => regionId === null || !mine.has(regionId);
    const around = await this.repository.ruleAround(manager, covered);
    if (around !== undefined && isForeign(regionOf(around))) {
      throw new CoveredByAnotherRegion(code, holder, around);
    }
    if (kind !== 'postcode' && isKnownCode(covered, this.locator) !== true) {
      throw new AreaNotKnown(code);
    }
    const view = await this.database.asApplication(manager, (application) =>
      this.directory.viewIn(application),
    );
    const taken = takenPostcode(view, { covered, unitId: holder.id }, isForeign, this.locator);
    if (taken !== undefined) throw new CoversAnotherRegion(code, holder, taken);
  }

  /** A rule with its level, and whether there is anything that it covers. */
  private described({ id, kind, code, unit, createdAt }: CoverageRuleRow): AdminCoverageRule {
    const covered = parseCoverageCode(code);
    if (covered === undefined) throw new Error('A stored rule has a code that cannot be read.');
    const known = isKnownCode(covered, this.locator) ?? null;
    return { id, kind, code, level: covered.level, unit, known, createdAt };
  }

  private audit(
    manager: OrganiserManager,
    { organiserId }: SignedInOrganiser,
    action: string,
    subjectId: string,
  ): Promise<void> {
    return recordDeed(manager, { organiserId }, action, 'coverage_rule', subjectId);
  }
}
