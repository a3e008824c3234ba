import { describe, expect, it } from 'vitest';
import { PreconditionRequired, StaleVersion, entityTag, versionToChange } from './if-match.js';

describe('If-Match', () => {
  it.each(['"3"', ' "3" ', 'W/"3"'])('%s names version 3', (header) => {
    expect(versionToChange(header)).toBe(3);
  });

  it('names the version of a tag that was given out', () => {
    expect(versionToChange(entityTag(12))).toBe(12);
  });

  it.each(['', '*', '3', '"3', '"3", "4"', '"three"', '"-3"', '"3.0"', `"${'9'.repeat(20)}"`])(
    '%j is no current version',
    (header) => {
      expect(() => versionToChange(header)).toThrow(StaleVersion);
    },
  );

  it('is asked for where it is missing', () => {
    expect(() => versionToChange(undefined)).toThrow(PreconditionRequired);
  });
});
