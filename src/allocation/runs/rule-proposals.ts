import { Injectable } from '@nestjs/common';
import type { OrganiserManager } from '../../platform/database/database.js';
import type { Fault } from '../../platform/http/problem.js';
import { forbidden, invalidInput } from '../../platform/http/standard-problems.js';
import { rivalsOf } from '../../units/coverage-clash.js';
import { parseCoverageCode } from '../../units/coverage-code.js';
import {
  CoverageRulesAdminRepository,
  type RuleHolder,
} from '../../units/coverage-rules-admin.repository.js';
import { CoverageRuleClash } from '../../units/coverage-rules.admin-errors.js';
import type { ProposedRule } from './allocation-run.js';
import { ruleFault } from './allocation-runs.admin-errors.js';
import type { DryRunInput } from './allocation-runs.admin-schemas.js';

/** What a dry run proposes: rules that there are to be, and rules that are to go. */
export interface RuleProposal {
  readonly rulesAdded: readonly ProposedRule[];
  readonly rulesRemoved: readonly ProposedRule[];
}

/** Reads proposals of rules, and makes them true when a recompute begins. */
@Injectable()
export class RuleProposals {
  constructor(private readonly rules: CoverageRulesAdminRepository) {}

  /**
   * Reads a proposal, and refuses at once what could never be made true.
   *
   * @throws Problem 422 for units and rules that are not there; CoverageRuleClash 409.
   */
  async read(manager: OrganiserManager, { add, remove }: DryRunInput): Promise<RuleProposal> {
    const faults: Fault[] = [];
    const rulesRemoved: ProposedRule[] = [];
    for (const [index, id] of [...new Set(remove)].entries()) {
      const rule = await this.rules.rule(manager, id);
      if (rule === undefined) faults.push(ruleFault(`remove.${index}`, 'unknown_rule'));
      else if (!rule.changeable) throw forbidden('regions.write');
      else {
        const { kind, code, unit } = rule;
        rulesRemoved.push({ id, kind, code, unitId: unit.id, unitKind: unit.kind });
      }
    }
    const wanted: { holder: RuleHolder; rule: ProposedRule }[] = [];
    for (const [index, { unitId, code }] of add.entries()) {
      const holder = await this.rules.holder(manager, unitId);
      if (holder === undefined) faults.push(ruleFault(`add.${index}.unitId`, 'unknown_unit'));
      else if (!holder.changeable) throw forbidden('regions.write');
      else {
        const { kind } = code;
        wanted.push({
          holder,
          rule: { id: null, kind, code: code.code, unitId, unitKind: holder.kind },
        });
      }
    }
    if (faults.length > 0) throw invalidInput(faults);
    for (const [index, { holder, rule }] of wanted.entries()) {
      const before = wanted.slice(0, index).filter((other) => other.rule.code === rule.code);
      await this.refuseClash(
        manager,
        holder,
        rule.code,
        rulesRemoved,
        before.map((other) => other.holder),
      );
    }
    return { rulesAdded: wanted.map(({ rule }) => rule), rulesRemoved };
  }

  /**
   * Makes a proposal true. @returns the ids of the rules that are gone and of those that are new.
   *
   * @throws CoverageRuleClash 409; Problem 422 where a unit has been closed meanwhile.
   */
  async apply(
    manager: OrganiserManager,
    { rulesAdded, rulesRemoved }: RuleProposal,
  ): Promise<{ removed: string[]; added: string[] }> {
    const removed: string[] = [];
    for (const { id } of rulesRemoved) {
      if (id === null) continue;
      await this.rules.delete(manager, id);
      removed.push(id);
    }
    const added: string[] = [];
    for (const [index, { unitId, code }] of rulesAdded.entries()) {
      const holder = await this.rules.holder(manager, unitId);
      const parsed = parseCoverageCode(code);
      if (holder === undefined || parsed === undefined) {
        throw invalidInput([ruleFault(`add.${index}.unitId`, 'unknown_unit')]);
      }
      await this.refuseClash(manager, holder, code, [], []);
      added.push(await this.rules.insert(manager, holder, parsed));
    }
    return { removed, added };
  }

  private async refuseClash(
    manager: OrganiserManager,
    holder: RuleHolder,
    code: string,
    without: readonly ProposedRule[],
    besides: readonly RuleHolder[],
  ): Promise<void> {
    const gone = new Set(without.filter((rule) => rule.code === code).map(({ unitId }) => unitId));
    const present = (await this.rules.holdersOf(manager, code)).filter(({ id }) => !gone.has(id));
    const rivals = rivalsOf(holder, [...present, ...besides]);
    if (rivals.length > 0) throw new CoverageRuleClash(code, holder, rivals);
  }
}
