import { Injectable } from '@nestjs/common';
import type { SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Database } from '../platform/database/database.js';
import { isPostcode, parsePostcode } from '../postcodes/postcode.js';
import { PostcodeLocator, type Precision } from '../postcodes/postcode-locator.js';
import { type CoverageCode, type CoverageLevel, parseCoverageCode } from './coverage-code.js';
import { CoverageGapsRepository } from './coverage-gaps.repository.js';
import type { CoverageGapsQuery } from './coverage-gaps.schemas.js';
import { CoverageMapRepository, RULES_AT_MOST } from './coverage-map.repository.js';
import type { CoverageFeatures, CoverageMapQuery } from './coverage-map.schemas.js';
import type { RuleUnit } from './coverage-rules.admin-errors.js';
import type { Position } from './unit.js';

type CoverageFeature = CoverageFeatures['features'][number];

/** How exactly a prefix must be placed to stand on the map as its own point. */
const PRECISION_OF: Readonly<Partial<Record<CoverageLevel, Precision>>> = {
  unit: 'unit',
  sector: 'sector',
  district: 'outcode',
  area: 'area',
};

/** What the organisation covers, and what it does not. */
@Injectable()
export class CoverageAdminService {
  constructor(
    private readonly database: Database,
    private readonly gapsRepository: CoverageGapsRepository,
    private readonly map: CoverageMapRepository,
    private readonly locator: PostcodeLocator,
  ) {}

  /** A page of the outcodes that nobody, or more than one branch, looks after. */
  gaps(organiser: SignedInOrganiser, query: CoverageGapsQuery) {
    return this.database.asOrganiser(organiser, (manager) =>
      this.gapsRepository.page(manager, query),
    );
  }

  /**
   * The caller's branches, and the rules whose prefix the reference data can place by itself: the
   * centre of the area is no place for a district.
   */
  async features(organiser: SignedInOrganiser, query: CoverageMapQuery): Promise<CoverageFeatures> {
    const { branches, rules } = await this.database.asOrganiser(organiser, async (manager) => ({
      branches: await this.map.branches(manager, query),
      rules: await this.map.rules(manager, query),
    }));
    const shown = rules.slice(0, RULES_AT_MOST);
    const points = shown.flatMap(({ code, unit }) => {
      const covered = parseCoverageCode(code);
      const position = covered && this.positionOf(covered);
      return covered === undefined || position === undefined
        ? []
        : [featureAt(position, { what: 'coverage_rule', code, level: covered.level, unit })];
    });
    return {
      type: 'FeatureCollection',
      features: [
        ...branches.map(({ unit, position }) =>
          featureAt(position, { what: 'branch', code: null, level: null, unit }),
        ),
        ...points,
      ],
      notShown: shown.length - points.length,
      truncated: rules.length > RULES_AT_MOST,
    };
  }

  private positionOf({ code, kind, level }: CoverageCode): Readonly<Position> | undefined {
    if (kind !== 'postcode') return undefined;
    const postcode = parsePostcode(code);
    if (!isPostcode(postcode)) return undefined;
    const { precision, position } = this.locator.locate(postcode);
    return position !== null && precision === PRECISION_OF[level] ? position : undefined;
  }
}

function featureAt(
  { lat, long }: Readonly<Position>,
  properties: CoverageFeature['properties'] & { unit: RuleUnit },
): CoverageFeature {
  return { type: 'Feature', geometry: { type: 'Point', coordinates: [long, lat] }, properties };
}
