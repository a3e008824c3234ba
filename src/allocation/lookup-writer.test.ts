import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { directoryOf } from '../../test/factories/directory-view.js';
import { roundedKm } from '../postcodes/distance.js';
import { isPostcode, parsePostcode } from '../postcodes/postcode.js';
import type { LocatedPostcode } from '../postcodes/postcode-locator.js';
import type { DirectoryView } from '../units/directory-view.js';
import type { Unit } from '../units/unit.js';
import { belonging, distanceTo } from './decide-allocation.js';
import { type LookupAnswer, lookupAnswerSchema, nearBranchSchema } from './lookup.schemas.js';
import { ANSWER_EDITION, LookupWriter } from './lookup-writer.js';
import { nearestBranches } from './nearest-branches.js';

const words = fc.oneof(
  fc.string({ minLength: 1, unit: 'grapheme' }),
  fc.constantFrom('The “Red” Lion\\', 'Ynys Môn', '{"slug":1}', '🙂', '</script>'),
);
const contact = fc.option(words, { nil: null });
const place = fc.record({
  lat: fc.double({ min: 49, max: 61, noNaN: true }),
  long: fc.double({ min: -8, max: 2, noNaN: true }),
});
const unit = { name: words, phone: contact, email: contact };
const organisations = fc.record({
  north: fc.record({ ...unit, coverage: fc.constantFrom([], ['M']) }),
  south: fc.record({ ...unit, coverage: fc.constantFrom([], ['SW']) }),
  branches: fc.array(
    fc.record({
      ...unit,
      meets: contact,
      position: fc.option(place, { nil: null }),
      region: fc.constantFrom('north', 'south'),
    }),
    { maxLength: 6 },
  ),
  rule: fc.constantFrom([], ['M14'], ['M14 5RX']),
});
const postcodes = fc.constantFrom(
  'M14 5RX',
  'M14 5',
  'SW1A',
  'M',
  'GIR 0AA',
  'BFPO 105',
  'JE2 3AB',
);
const places = fc.record({
  position: fc.option(place, { nil: null }),
  precision: fc.constantFrom('unit' as const, 'sector' as const, 'area' as const),
  terminated: fc.constantFrom(null, '1996-06'),
});

/** The answer as an object, made the plain way. */
function plainly(
  view: DirectoryView,
  text: string,
  located: LocatedPostcode,
  didYouMean: readonly string[],
): { answer: LookupAnswer; written: Buffer } {
  const postcode = parsePostcode(text);
  if (!isPostcode(postcode)) throw new Error(`${text} is no postcode`);
  const found = belonging({ view, postcode, located, nearestBranchLimitKm: 50 });
  const nearest = nearestBranches(view, located, 3);
  const near = (branch: Unit, distanceKm: number | null) => ({
    slug: branch.slug,
    name: branch.name,
    distanceKm,
    meets: branch.meets,
    contact: view.contactOf(branch),
  });
  const { region, branch } = found;
  return {
    written: new LookupWriter(view).write({
      postcode,
      located,
      didYouMean,
      belonging: found,
      nearest,
    }),
    answer: {
      postcode: postcode.canonical,
      precision: located.precision,
      terminated: located.terminated,
      ...(didYouMean.length > 0 ? { didYouMean: [...didYouMean] } : {}),
      region: region && { slug: region.slug, name: region.name, phone: region.phone },
      branch: branch && near(branch, distanceTo(branch, located)),
      nearest: nearest.map(({ branch: one, km }) => near(one, roundedKm(km))),
      organiser: view.contactOf(region ?? view.national),
      nationalOffice: { phone: view.national.phone, email: view.national.email },
    },
  };
}

describe('the written answer of a lookup', () => {
  it('says what the schema lets through of the plain answer, byte for byte as UTF-8', () => {
    fc.assert(
      fc.property(
        organisations,
        postcodes,
        places,
        fc.constantFrom([], ['SO1 2AB'], ['SO1 2AB', 'E1']),
        ({ branches, rule, ...regions }, text, where, didYouMean) => {
          const view = directoryOf({
            national: { phone: '020 8988 8777', email: null },
            regions,
            branches: Object.fromEntries(
              branches.map((branch, n) => [
                `branch-${n}`,
                { ...branch, coverage: n === 0 && branch.region === 'north' ? rule : [] },
              ]),
            ),
          });
          const located: LocatedPostcode = { ...where, nation: null, officialCodes: null };
          const { answer, written } = plainly(view, text, located, didYouMean);
          const read: unknown = JSON.parse(
            new TextDecoder('utf-8', { fatal: true }).decode(written),
          );
          expect(read).toEqual(lookupAnswerSchema.parse(answer));
        },
      ),
    );
  });

  it('writes a branch once and its distance anew', () => {
    const view = directoryOf({
      regions: { north: { coverage: ['M'] } },
      branches: { here: { position: { lat: 53, long: -2 } } },
    });
    const writer = new LookupWriter(view);
    const km = (lat: number) => {
      const postcode = parsePostcode('M14 5RX');
      if (!isPostcode(postcode)) throw new Error('no postcode');
      const located: LocatedPostcode = {
        precision: 'unit',
        position: { lat, long: -2 },
        terminated: null,
        nation: null,
        officialCodes: null,
      };
      const nearest = nearestBranches(view, located, 1);
      const found = belonging({ view, postcode, located, nearestBranchLimitKm: 50 });
      const bytes = writer.write({
        postcode,
        located,
        didYouMean: [],
        belonging: found,
        nearest,
      });
      return (JSON.parse(bytes.toString()) as LookupAnswer).nearest[0]?.distanceKm;
    };
    expect([km(53), km(53.1), km(53)]).toEqual([0, 11.1, 0]);
  });

  it('has an edition of its own for each shape: move it on when this changes', () => {
    const shape = [lookupAnswerSchema, nearBranchSchema].map((one) => Object.keys(one.shape));
    expect({ edition: ANSWER_EDITION, shape }).toEqual({
      edition: 2,
      shape: [
        [
          'postcode',
          'precision',
          'terminated',
          'didYouMean',
          'region',
          'branch',
          'nearest',
          'organiser',
          'nationalOffice',
        ],
        ['slug', 'name', 'distanceKm', 'meets', 'contact'],
      ],
    });
  });
});
