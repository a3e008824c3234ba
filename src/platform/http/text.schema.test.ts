import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COUNTRY_CODES, country } from './country.schema.js';
import { emailAddress, isoDate, isoTime, text, uuidV7Id } from './text.schema.js';

const accepts = (
  schema: { safeParse(v: unknown): { success: boolean } },
  value: unknown,
): boolean => schema.safeParse(value).success;

describe('text', () => {
  it('trims and brings one name to one spelling', () => {
    expect(text({ max: 20 }).parse('  Jose\u0301 ')).toBe('José');
  });

  it('refuses what cannot be stored or would forge a line', () => {
    for (const bad of [
      'a\u0000b',
      'a\ud800b',
      '\udc00',
      'a\nb',
      'a\u0085b',
      'a\u2028b',
      'a\u202eb',
    ]) {
      expect(accepts(text({ max: 20 }), bad)).toBe(false);
    }
    expect(accepts(text({ max: 20 }), 'fine 😀 text')).toBe(true);
  });

  it('allows lines where they are asked for, in one kind', () => {
    expect(text({ max: 20, multiline: true }).parse('a\r\nb\rc\td')).toBe('a\nb\nc\td');
    expect(accepts(text({ max: 20, multiline: true }), 'a\u0000b')).toBe(false);
  });

  it('bounds the length after trimming', () => {
    expect(accepts(text({ max: 3 }), '  abc  ')).toBe(true);
    expect(accepts(text({ max: 3 }), 'abcd')).toBe(false);
    expect(accepts(text({ max: 3 }), '   ')).toBe(false);
    expect(accepts(text({ max: 3, min: 0 }), '   ')).toBe(true);
  });

  it('takes a text of invisible characters alone for an empty one', () => {
    for (const nothing of [
      '\u200b\u200b',
      ' \u200d\u2060 ',
      '\ufeff',
      '\u00ad',
      '\u3164',
      '\ufe0f',
      '\u00a0\u3000',
      '\u2800',
      '\u{e0020}',
    ]) {
      for (const multiline of [false, true]) {
        const result = text({ max: 20, multiline, needed: 'Your name?' }).safeParse(nothing);
        expect(result.error?.issues.map(({ message }) => message)).toEqual(['Your name?']);
      }
      expect(text({ max: 20, min: 0 }).parse(nothing)).toBe('');
    }
  });

  it('keeps invisible characters that belong to a text', () => {
    for (const fine of ['نمی\u200cدانم', '👩\u200d🚀', 'a\u200bb']) {
      expect(text({ max: 20 }).parse(fine)).toBe(fine);
    }
  });

  it('gives back only what PostgreSQL can keep', () => {
    const schema = text({ max: 100, multiline: true, min: 0 });
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const parsed = schema.safeParse(value);
        if (!parsed.success) return;
        expect(parsed.data).not.toMatch(/\u0000/);
        expect(Buffer.from(parsed.data, 'utf8').toString('utf8')).toBe(parsed.data);
        expect(schema.parse(parsed.data)).toBe(parsed.data);
      }),
    );
  });
});

describe('an email address', () => {
  it.each([
    'name@example.org',
    "o'brien+join@mail.example.co.uk",
    'Jürgen@bücher.example',
    'a@b.cd',
    `${'a'.repeat(64)}@example.org`,
  ])('may be %s', (address) => {
    expect(emailAddress().parse(` ${address} `)).toBe(address);
  });

  it.each([
    'name',
    '@example.org',
    'name@',
    'name@example',
    'name@example..org',
    'name@-example.org',
    'a b@example.org',
    'a@b@example.org',
    'Sam <sam@example.org>',
    '"sam"@example.org',
    'sam@example.org\nBcc: all@example.org',
    'sam@example.org,other@example.org',
    '.sam@example.org',
    'sam@192.0.2.1',
    `${'a'.repeat(65)}@example.org`,
    `a@${'b'.repeat(250)}.org`,
  ])('is not %j', (address) => {
    expect(accepts(emailAddress(), address)).toBe(false);
  });

  it('is told apart in linear time', () => {
    const long = 200_000;
    const begin = performance.now();
    for (const nasty of ['a'.repeat(long), `${'a.'.repeat(long)}@`, `a@${'b-'.repeat(long)}`]) {
      expect(accepts(emailAddress(), nasty)).toBe(false);
    }
    expect(performance.now() - begin).toBeLessThan(1000);
  });

  it('says one thing about one fault', () => {
    const result = emailAddress().safeParse('sam');
    expect(result.error?.issues.map(({ message }) => message)).toEqual([
      'An email address must contain an @, such as name@example.org.',
    ]);
  });
});

describe('dates, times, countries and ids', () => {
  it('takes days that exist', () => {
    expect(accepts(isoDate(), '2024-02-29')).toBe(true);
    for (const bad of ['2023-02-29', '2024-2-9', '20240229', '2024-02-29T00:00:00Z', '']) {
      expect(accepts(isoDate(), bad)).toBe(false);
    }
  });

  it('knows no year 0, in which nothing can be stored or looked for, nor one of five digits', () => {
    expect(accepts(isoDate(), '0001-01-01')).toBe(true);
    expect(accepts(isoDate(), '0000-12-31')).toBe(false);
    expect(accepts(isoTime(), '0001-01-01T00:00:00Z')).toBe(true);
    expect(accepts(isoTime(), '9999-12-31T23:59:59Z')).toBe(true);
    for (const bad of [
      '0000-06-01T00:00:00Z',
      '0001-01-01T00:00:00+14:00',
      '9999-12-31T23:59:59-14:00',
    ]) {
      expect(accepts(isoTime(), bad), bad).toBe(false);
    }
  });

  it('keeps a moment in UTC', () => {
    expect(isoTime().parse('2026-11-23T10:30:00+01:00')).toBe('2026-11-23T09:30:00.000Z');
    expect(accepts(isoTime(), '2026-11-23T10:30:00')).toBe(false);
    expect(accepts(isoTime(), '2026-13-23T10:30:00Z')).toBe(false);
  });

  it('knows all countries', () => {
    expect(COUNTRY_CODES.size).toBe(250);
    expect(country().parse(' ie ')).toBe('IE');
    expect(country().parse('uk')).toBe('GB');
    expect(accepts(country(), 'QQ')).toBe(false);
    const byRuntime = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    for (const code of COUNTRY_CODES) expect(byRuntime.of(code)).toBeDefined();
  });

  it('takes ids of version 7 only, in lower case', () => {
    expect(uuidV7Id().parse('0193594B-6D1E-7C3A-9A54-0F6F1C2E8B11')).toBe(
      '0193594b-6d1e-7c3a-9a54-0f6f1c2e8b11',
    );
    expect(accepts(uuidV7Id(), '0193594b-6d1e-4c3a-9a54-0f6f1c2e8b11')).toBe(false);
  });
});
