import type { ListedPostcode, PostcodeLocator } from '../postcodes/postcode-locator.js';
import { isPostcode, parsePostcode } from '../postcodes/postcode.js';
import { type CoverageCode, OFFICIAL_NAMES } from './coverage-code.js';
import { type DecidingRule, decidingRule } from './deciding-rule.js';
import type { DirectoryView } from './directory-view.js';

/** A postcode that belongs to another region, and would be covered by a new rule. */
export interface TakenPostcode extends DecidingRule {
  readonly postcode: string;
}

/** A rule that somebody wants to make. */
export interface WantedRule {
  readonly covered: CoverageCode;
  readonly unitId: string;
}

/**
 * The first postcode within a new rule that belongs to a region whose the caller is not, by the
 * rules as they are; of a prefix only one that would go over by the new rule. Answered from memory:
 * a city's tens of thousands of postcodes take some tens of milliseconds.
 *
 * @param isForeign whether a region of this id is neither the rule's own nor the caller's.
 */
export function takenPostcode(
  view: DirectoryView,
  { covered, unitId }: WantedRule,
  isForeign: (regionId: string) => boolean,
  locator: Pick<PostcodeLocator, 'postcodesOfArea' | 'postcodesUnder'>,
): TakenPostcode | undefined {
  const { kind, code } = covered;
  const after = view.withRules({ add: [{ prefix: code, unitId }] });
  for (const { postcode, officialCodes } of within(covered, locator)) {
    const rule = decidingRule(view, postcode, officialCodes);
    if (rule === undefined || !isForeign(rule.region.id)) continue;
    // What a more specific prefix keeps for another region stays there: nothing is taken.
    const stays = () => decidingRule(after, postcode, officialCodes)?.region.id === rule.region.id;
    if (kind !== 'postcode' || !stays()) return { ...rule, postcode: postcode.unit };
  }
  return undefined;
}

function within(
  { kind, code }: CoverageCode,
  locator: Pick<PostcodeLocator, 'postcodesOfArea' | 'postcodesUnder'>,
): Iterable<ListedPostcode> {
  if (kind !== 'postcode') return locator.postcodesOfArea(OFFICIAL_NAMES[kind], code);
  const prefix = parsePostcode(code);
  return isPostcode(prefix) ? locator.postcodesUnder(prefix) : [];
}
