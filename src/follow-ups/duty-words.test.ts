import { describe, expect, it } from 'vitest';
import { momentInWords, momentNearNow } from './duty-words.js';

describe('a moment in words', () => {
  it('is told on London’s clock, in winter and in summer', () => {
    expect(momentInWords(new Date('2026-11-25T18:00:00Z'))).toBe('18:00 on Wednesday 25 November');
    expect(momentInWords(new Date('2026-07-01T17:00:00Z'))).toBe('18:00 on Wednesday 1 July');
    expect(momentInWords(new Date('2026-06-30T23:30:00Z'))).toBe('00:30 on Wednesday 1 July');
  });

  it('is told by its distance where that is near', () => {
    const now = new Date('2026-11-24T10:00:00Z');
    const near = (iso: string) => momentNearNow(new Date(iso), now);
    expect(near('2026-11-24T18:00:00Z')).toBe('18:00 today');
    expect(near('2026-11-25T18:00:00Z')).toBe('18:00 tomorrow (Wednesday 25 November)');
    expect(near('2026-11-23T09:05:00Z')).toBe('09:05 yesterday');
    expect(near('2026-11-26T18:00:00Z')).toBe('18:00 on Thursday 26 November');
  });

  it('counts London’s days over a change of the clocks', () => {
    const evening = new Date('2026-10-24T22:30:00Z');
    expect(momentNearNow(new Date('2026-10-25T18:00:00Z'), evening)).toMatch(/tomorrow/);
    expect(momentNearNow(new Date('2026-10-24T23:30:00Z'), evening)).toMatch(/tomorrow/);
  });
});
