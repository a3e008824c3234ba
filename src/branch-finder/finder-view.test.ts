import { describe, expect, it } from 'vitest';
import { directoryOf } from '../../test/factories/directory-view.js';
import type { LookupAnswer } from '../allocation/lookup.schemas.js';
import { answerView, regionViews } from './finder-view.js';

const view = directoryOf({
  national: { phone: '020 8988 8777' },
  regions: { south: { phone: '020 7946 0001' }, north: { email: 'north@example.org' } },
  branches: {
    york: { region: 'north' },
    leeds: { region: 'north', phone: '0113 496 0000' },
  },
});
const office = { name: 'national', phone: '020 8988 8777', email: null };
const near = (slug: string, distanceKm: number | null) => ({
  slug,
  name: slug,
  distanceKm,
  meets: null,
  contact: office,
});
const answer = (changes: Partial<LookupAnswer> = {}): LookupAnswer => ({
  postcode: 'LS1 1AA',
  precision: 'unit',
  terminated: null,
  region: { slug: 'north', name: 'north', phone: null },
  branch: near('leeds', 1.2),
  nearest: [near('leeds', 1.2), near('york', 36)],
  organiser: { name: 'north', phone: null, email: 'north@example.org' },
  nationalOffice: { phone: '020 8988 8777', email: null },
  ...changes,
});

describe('an answer of the lookup, in words', () => {
  it('shows the branch once, and the others behind it', () => {
    const shown = answerView(view, answer());
    expect(shown.lead).toBe('leeds looks after LS1 1AA.');
    expect(shown.branch).toMatchObject({ name: 'leeds', distance: 'about a mile (1.2 km)' });
    expect(shown.others.map(({ name }) => name)).toEqual(['york']);
  });

  it('says when a postcode was ended', () => {
    expect(answerView(view, answer({ terminated: '1996-06' })).terminated).toBe('June 1996');
    expect(answerView(view, answer()).terminated).toBeNull();
  });

  it('names whose contact it is where a branch has none of its own', () => {
    const shown = answerView(view, answer({ branch: near('york', null) }));
    expect(shown.branch).toMatchObject({
      isElsewhere: true,
      contact: { name: 'north', email: 'north@example.org' },
      distance: null,
    });
  });

  it('puts the postcode into the link to join as an address takes it', () => {
    expect(answerView(view, answer({ postcode: 'A&B 1' })).joinHref).toBe('/join?postcode=A%26B+1');
  });

  it('leaves out a branch that was closed in this very moment', () => {
    const shown = answerView(view, answer({ branch: near('gone', 1), nearest: [near('gone', 1)] }));
    expect(shown.branch).toBeNull();
    expect(shown.others).toEqual([]);
  });
});

describe('the list of all branches', () => {
  it('goes by the names of regions and branches, with regions that have none', () => {
    const shown = regionViews(view).map(({ name, branches }) => [
      name,
      branches.map((one) => one.name),
    ]);
    expect(shown).toEqual([
      ['north', ['leeds', 'york']],
      ['south', []],
    ]);
  });
});
