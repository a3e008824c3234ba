import { Problem } from '../platform/http/problem.js';
import { invalidInput } from '../platform/http/standard-problems.js';
import { coverageSubject, coverageWords } from './coverage-code.js';
import type { TakenPostcode } from './taken-postcode.js';

/** A unit as a rule names it. */
export interface RuleUnit {
  readonly kind: 'region' | 'branch';
  readonly slug: string;
  readonly name: string;
}

/** 409: another unit covers this code. Both rules are named; the directory is public anyway. */
export class CoverageRuleClash extends Problem {
  constructor(code: string, wanted: RuleUnit, present: readonly RuleUnit[]) {
    const holders = present.map(words).join(' and ');
    const isSame = present.some(({ kind, slug }) => kind === wanted.kind && slug === wanted.slug);
    const rest = isSame ? '' : `, and cannot belong to ${words(wanted)} as well`;
    super({
      status: 409,
      code: 'coverage_rule_clash',
      title: 'This is covered already',
      detail: `${coverageSubject(code)} belongs to ${holders}${rest}.`,
      extensions: {
        rules: [wanted, ...present].map(({ kind, slug, name }) => ({
          code,
          unit: { kind, slug, name },
        })),
      },
    });
  }
}

/**
 * 403: the code lies within what another region covers. Whoever joins from there would come to the
 * caller's people, and be seen by them; only somebody who organises both regions may say so.
 */
export class CoveredByAnotherRegion extends Problem {
  constructor(code: string, wanted: RuleUnit, around: RuleUnit & { readonly code: string }) {
    super({
      status: 403,
      code: 'covered_by_another_region',
      title: 'This lies within another region',
      detail: `${coverageSubject(code)} lies within ${coverageSubject(around.code)}, which belongs to ${words(around)}. The national office can give it to ${words(wanted)}.`,
      extensions: {
        rules: [{ code, ...wanted }, around].map(({ code: one, kind, slug, name }) => ({
          code: one,
          unit: { kind, slug, name },
        })),
      },
    });
  }
}

/** 403: the same of a postcode that lies in the area or under the prefix. */
export class CoversAnotherRegion extends Problem {
  constructor(code: string, wanted: RuleUnit, taken: TakenPostcode) {
    const unit = taken.branch ?? taken.region;
    super({
      status: 403,
      code: 'covered_by_another_region',
      title: 'Another region looks after some of this',
      detail: `${coverageSubject(code)} contains ${taken.postcode}, which belongs to the region ${taken.region.name} by a rule for ${coverageWords(taken.code)}. The national office can give it to ${words(wanted)}.`,
      extensions: {
        rules: [
          { code, unit: { kind: wanted.kind, slug: wanted.slug, name: wanted.name } },
          { code: taken.code, unit: { kind: unit.kind, slug: unit.slug, name: unit.name } },
        ],
      },
    });
  }
}

/** 403: nobody can tell from the reference data whose postcodes lie in the area. */
export class AreaNotKnown extends Problem {
  constructor(code: string) {
    super({
      status: 403,
      code: 'only_national_office',
      title: 'Only the national office can give this area to anybody',
      detail: `The reference data here does not know ${coverageWords(code)}, so it cannot be told whether another region looks after it. Only the national office may make this rule.`,
    });
  }
}

/** 422: a rule belongs to an open region or branch of the caller. */
export function unknownUnit(): Problem {
  const message = 'There is no open region or branch of this id among your units.';
  return invalidInput([{ path: 'unitId', code: 'unknown_unit', message }]);
}

function words({ kind, name }: RuleUnit): string {
  return `the ${kind} ${name}`;
}
