import { describe, expect, it } from 'vitest';
import { type AllocationFacts, whyInWords } from './why.js';

const facts: AllocationFacts = {
  method: 'coverage_rule',
  explanation: 'M14 belongs to Manchester South',
  precision: 'unit',
  distanceKm: null,
  datasetVersion: 'areas-1',
  unitName: 'Manchester South',
  reason: null,
  lastDay: null,
  isKeptElsewhere: false,
};

describe('why somebody belongs where', () => {
  it('is the rule that decided', () => {
    expect(whyInWords(facts)).toBe('M14 belongs to Manchester South.');
  });

  it.each([
    ['unit', 'by the position of the postcode itself'],
    ['sector', 'from the centre of the postcode’s sector'],
    ['outcode', 'from the centre of the postcode’s district'],
    ['area', 'from the centre of the postcode’s area, which is rough'],
  ])('tells the distance, and how well it is known: by the %s', (precision, known) => {
    expect(whyInWords({ ...facts, precision, distanceKm: 2.3 })).toBe(
      `M14 belongs to Manchester South. Manchester South is 2.3 km away, measured ${known} (areas-1).`,
    );
  });

  it('tells no distance from nowhere', () => {
    expect(whyInWords({ ...facts, precision: 'none' })).toBe('M14 belongs to Manchester South.');
  });

  it('says who looks after a child, and that this ends', () => {
    expect(whyInWords({ ...facts, isKeptElsewhere: true })).toBe(
      'M14 belongs to Manchester South. They are under eighteen: until then the national office keeps their details and looks after them.',
    );
  });

  it.each([
    [null, 'works there', 'until somebody ends it: works there.'],
    ['2027-03-03', 'works there.', 'until 3 March 2027: works there.'],
    ['2027-12-31', 'Who knows?', 'until 31 December 2027: Who knows?'],
  ])('is an organiser’s word, until %s', (lastDay, reason, words) => {
    const explanation = 'An organiser has put them into Leeds';
    expect(whyInWords({ ...facts, method: 'override', explanation, reason, lastDay })).toBe(
      `An organiser has put them into Leeds, ${words}`,
    );
  });
});
