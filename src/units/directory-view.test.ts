import { describe, expect, it } from 'vitest';
import { directoryOf } from '../../test/factories/directory-view.js';
import { DirectoryView, OrganisationMissing } from './directory-view.js';
import type { Unit } from './unit.js';

const organisation = directoryOf({
  national: { phone: '020 8988 8777' },
  regions: {
    north: { email: 'north@example.org', coverage: ['M', 'LS'] },
    south: { phone: '020 7946 0001' },
    silent: {},
  },
  branches: {
    leeds: { region: 'north', coverage: ['LS'], phone: '07700 900123' },
    landline: { region: 'north', phone: '0113 496 0000' },
    brighton: { region: 'south', hasOfficer: true },
    dover: { region: 'silent' },
  },
});
const unit = (slug: string): Unit => {
  const found = organisation.get(slug);
  if (found === undefined) throw new Error(`there is no ${slug}`);
  return found;
};

describe('the directory', () => {
  it('knows the region and the branch of a code apart', () => {
    expect(organisation.rulesOf('LS')).toEqual({ region: unit('north'), branch: unit('leeds') });
    expect(organisation.rulesOf('M')).toEqual({ region: unit('north') });
    expect(organisation.rulesOf('M14')).toBeUndefined();
  });

  it('goes up from a branch to its region and to the national office', () => {
    expect(organisation.regionOf(unit('leeds'))).toBe(unit('north'));
    expect(organisation.parentOf(unit('north'))).toBe(unit('national'));
    expect(organisation.parentOf(unit('national'))).toBeUndefined();
  });

  it.each([
    ['leeds', 'leeds', 'its own phone'],
    ['brighton', 'south', 'its region, having no phone or email of its own'],
    ['dover', 'national', 'the national office, its region having none either'],
    ['national', 'national', 'itself'],
  ])('names as the contact of %s: %s (%s)', (of, name) => {
    expect(organisation.contactOf(unit(of)).name).toBe(name);
  });

  it('gives as contact a name, a phone and an email, and nothing of the unit besides', () => {
    expect(organisation.contactOf(unit('north'))).toEqual({
      name: 'north',
      phone: null,
      email: 'north@example.org',
    });
  });

  it.each([
    ['leeds', 'leeds', 'a mobile takes texts'],
    ['landline', 'north', 'a landline takes none'],
    ['brighton', 'brighton', 'somebody holds a post'],
    ['south', 'national', 'a landline takes none'],
    ['dover', 'national', 'nobody is there at all'],
  ])('makes responsible for %s: %s (%s)', (of, slug) => {
    expect(organisation.responsible(unit(of)).slug).toBe(slug);
  });

  it('ignores rules of units that are closed and so not in it', () => {
    const [national] = [unit('national')];
    const view = new DirectoryView({
      version: '2',
      units: [national],
      rules: [{ prefix: 'M', unitId: 'closed-branch' }],
    });
    expect(view.rulesOf('M')).toBeUndefined();
  });

  it('with other rules shows what would be, and stays as it is', () => {
    const proposed = organisation.withRules({
      remove: [
        { prefix: 'LS', unitId: 'leeds' },
        { prefix: 'M', unitId: 'south' },
      ],
      add: [{ prefix: 'E05011347', unitId: 'landline' }],
    });
    expect(proposed.rulesOf('LS')).toEqual({ region: unit('north') });
    expect(proposed.rulesOf('E05011347')).toEqual({ branch: unit('landline') });
    // Not the south's rule to take away.
    expect(proposed.rulesOf('M')).toEqual({ region: unit('north') });
    expect(proposed.version).toBe(organisation.version);
    expect(proposed.branches).toEqual(organisation.branches);
    expect(organisation.rulesOf('LS')).toEqual({ region: unit('north'), branch: unit('leeds') });
    expect(organisation.rulesOf('E05011347')).toBeUndefined();
  });

  it('lets a proposed rule take the place of one for the same code and kind of unit', () => {
    const moved = organisation.withRules({ add: [{ prefix: 'LS', unitId: 'landline' }] });
    expect(moved.rulesOf('LS')).toEqual({ region: unit('north'), branch: unit('landline') });
    const without = moved.withRules({ remove: [{ prefix: 'LS', unitId: 'landline' }] });
    expect(without.rulesOf('LS')).toEqual({ region: unit('north') });
  });

  it('with a rule of a unit that it does not know is as it was', () => {
    const proposed = organisation.withRules({ add: [{ prefix: 'M14', unitId: 'nowhere' }] });
    expect(proposed.rulesOf('M14')).toBeUndefined();
  });

  it('is not ready while no organisation has been imported', () => {
    expect(DirectoryView.empty.isReady).toBe(false);
    expect(() => DirectoryView.empty.national).toThrow(OrganisationMissing);
    expect(organisation.isReady).toBe(true);
  });
});
