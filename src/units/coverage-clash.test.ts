import { describe, expect, it } from 'vitest';
import { clash, type Claimant } from './coverage-clash.js';

const region = (id: string): Claimant => ({ id, kind: 'region', parentId: 'national' });
const branch = (id: string, parentId: string): Claimant => ({ id, kind: 'branch', parentId });

describe('two rules for one code', () => {
  it.each<[string, Claimant, Claimant, boolean]>([
    ['of two regions', region('wales'), region('yorkshire'), true],
    ['of two branches', branch('leeds', 'yorkshire'), branch('cardiff', 'wales'), true],
    [
      'of two branches of a region',
      branch('leeds', 'yorkshire'),
      branch('york', 'yorkshire'),
      true,
    ],
    ['of a branch and another region', branch('leeds', 'yorkshire'), region('wales'), true],
    ['of a branch and its region', branch('leeds', 'yorkshire'), region('yorkshire'), false],
    ['of one and the same unit', region('wales'), region('wales'), false],
  ])('%s: %#', (_what, one, other, expected) => {
    expect(clash(one, other)).toBe(expected);
    expect(clash(other, one)).toBe(expected);
  });
});
