import { describeDate } from './describe-date.js';

/** What an allocation rests on, as it is stored. */
export interface AllocationFacts {
  readonly method: string;
  readonly explanation: string;
  readonly precision: string;
  readonly distanceKm: number | null;
  readonly datasetVersion: string;
  readonly unitName: string;
  readonly reason: string | null;
  /** The last day of an override, `YYYY-MM-DD`. */
  readonly lastDay: string | null;
  /** Somebody else keeps them than the unit they belong to: they are not of age. */
  readonly isKeptElsewhere: boolean;
}

const KNOWN_BY: Readonly<Record<string, string>> = {
  unit: 'by the position of the postcode itself',
  sector: 'from the centre of the postcode’s sector',
  outcode: 'from the centre of the postcode’s district',
  area: 'from the centre of the postcode’s area, which is rough',
};

const KEPT_ELSEWHERE =
  'They are under eighteen: until then the national office keeps their details and looks after them.';

/**
 * Why somebody belongs where, for whoever asks: what decided, how far away the branch is and how
 * well that is known.
 */
export function whyInWords(facts: AllocationFacts): string {
  const sentences =
    facts.method === 'override' ? [overrideInWords(facts)] : [`${facts.explanation}.`];
  const known = KNOWN_BY[facts.precision];
  if (facts.distanceKm !== null && known !== undefined) {
    sentences.push(
      `${facts.unitName} is ${facts.distanceKm} km away, measured ${known} (${facts.datasetVersion}).`,
    );
  }
  if (facts.isKeptElsewhere) sentences.push(KEPT_ELSEWHERE);
  return sentences.join(' ');
}

function overrideInWords({ explanation, reason, lastDay }: AllocationFacts): string {
  const until = lastDay === null ? 'until somebody ends it' : `until ${describeDate(lastDay)}`;
  return `${explanation}, ${until}: ${reason ?? ''}`.replace(/(?<![.!?])$/, '.');
}
