import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharedDataPath } from '../../test/support/shared-data.js';
import { geographicAreas, isKnownArea } from './postcode-areas.js';
import {
  isPostcode,
  nearSpellings,
  parseCoveragePrefix,
  parsePostcode,
  type Postcode,
} from './postcode.js';

function postcode(text: string): Postcode {
  const parsed = parsePostcode(text);
  if (!isPostcode(parsed)) throw new Error(`"${text}" should be read as a postcode`);
  return parsed;
}

function hint(text: string): string {
  const parsed = parsePostcode(text);
  if (isPostcode(parsed)) throw new Error(`"${text}" should not be read as ${parsed.canonical}`);
  return parsed.hint;
}

/** The first column of a file of the shared data, without its heading. */
function firstColumn(path: string): string[] {
  const lines = readFileSync(path, 'utf8').trim().split('\n').slice(1);
  return lines.map((line) => line.split(',')[0] ?? '');
}

const letters = (of: string) => fc.constantFrom(...of.split(''));
const area = fc.constantFrom(...geographicAreas);
const outcode = fc
  .tuple(area, fc.integer({ min: 1, max: 99 }), fc.option(letters('ABCDEFGHJKMNPRSTUVWXY')))
  .map(([name, number, letter]) => `${name}${number}${number < 10 ? (letter ?? '') : ''}`);
const inward = fc
  .tuple(fc.integer({ min: 0, max: 9 }), letters('ABDEFGHJLNPQRSTUWXYZ'), letters('ABDEFGHJLN'))
  .map((parts) => parts.join(''));
const unit = fc.tuple(outcode, inward).map((halves) => halves.join(' '));

describe('a whole postcode', () => {
  it('comes with its parts', () => {
    expect(postcode('SW1A 1AA')).toEqual({
      kind: 'unit',
      area: 'SW',
      outcode: 'SW1A',
      district: 'SW1',
      sector: 'SW1A 1',
      unit: 'SW1A 1AA',
      canonical: 'SW1A 1AA',
      territory: 'geographic',
    });
  });

  it.each(['M1 1AA', 'M60 1NW', 'CR2 6XH', 'DN55 1PT', 'W1A 0HQ', 'EC1A 1BB'])(
    'is known in each of the six patterns: %s',
    (text) => {
      expect(postcode(text)).toMatchObject({ kind: 'unit', canonical: text });
    },
  );

  it.each([
    ['m14 5rx', 'M14 5RX'],
    ['m145rx', 'M14 5RX'],
    [' M14  5RX ', 'M14 5RX'],
    ['M 14 5 RX', 'M14 5RX'],
    ['M145 RX', 'M14 5RX'],
    ['M14-5RX', 'M14 5RX'],
    ['M14–5RX', 'M14 5RX'],
    ['M14.5RX.', 'M14 5RX'],
    ['“M14 5RX”', 'M14 5RX'],
    ['‘M14 5RX’', 'M14 5RX'],
    ['„M14 5RX“', 'M14 5RX'],
    ['«M14 5RX»', 'M14 5RX'],
    ['"M14 5RX"', 'M14 5RX'],
    ["'M14 5RX'", 'M14 5RX'],
    ['`M14 5RX`', 'M14 5RX'],
    ['″M14 5RX″', 'M14 5RX'],
    ['＂M14 5RX＂', 'M14 5RX'],
    ['(M14 5RX)', 'M14 5RX'],
    ['[M14] 5RX', 'M14 5RX'],
    ['{M14 5RX}', 'M14 5RX'],
    ['（M14 5RX）', 'M14 5RX'],
    ['("M14 5RX"),', 'M14 5RX'],
    ['M14 5RX:', 'M14 5RX'],
    ['M1 1AE;', 'M1 1AE'],
    ['M1/1AE', 'M1 1AE'],
    ['M14\u00A05RX', 'M14 5RX'],
    ['\u2003M14\u20095RX\u3000', 'M14 5RX'],
    ['M14\u200B 5RX\uFEFF', 'M14 5RX'],
    ['M14\t5RX\r\n', 'M14 5RX'],
    ['Ｍ１４\u3000５ＲＸ', 'M14 5RX'],
    ['SW1A1AA', 'SW1A 1AA'],
    ['SWIA 1AA', 'SW1A 1AA'],
    ['SWlA 1AA', 'SW1A 1AA'],
    ['SWlA lAA', 'SW1A 1AA'],
    ['swia1aa', 'SW1A 1AA'],
    ['MI4 5RX', 'M14 5RX'],
    ['Ml4 5RX', 'ML4 5RX'],
    ['Nl9 5AB', 'N19 5AB'],
    ['W1A OAX', 'W1A 0AX'],
    ['0X1 1AA', 'OX1 1AA'],
    ['1P1 2AB', 'IP1 2AB'],
    ['lP1 2AB', 'IP1 2AB'],
    ['1S1 4AB', 'LS1 4AB'],
    ['ll1 1aa', 'LL1 1AA'],
    ['LI1 1AA', 'L11 1AA'],
    ['M1O 1AA', 'M10 1AA'],
    ['SW1O 1AA', 'SW10 1AA'],
    ['M14 5R1', 'M14 5RL'],
    ['S01 1AA', 'SO1 1AA'],
    ['S014 1AA', 'SO14 1AA'],
    ['E01 1AA', 'E1 1AA'],
    ['LE01 1AA', 'LE1 1AA'],
    ['SL0 1AA', 'SL0 1AA'],
  ])('is read from %j as %s', (text, canonical) => {
    expect(postcode(text).canonical).toBe(canonical);
  });

  it('is well-formed even where the area does not exist', () => {
    expect(postcode('qq1 1aa')).toMatchObject({ canonical: 'QQ1 1AA', territory: 'geographic' });
  });

  it('reads to itself from its written form, in any case and with any spacing', () => {
    fc.assert(
      fc.property(unit, fc.boolean(), fc.nat({ max: 7 }), fc.nat(2), (text, small, at, spaces) => {
        const compact = text.replace(' ', '');
        const typed = `${compact.slice(0, at)}${' '.repeat(spaces)}${compact.slice(at)}`;
        const parsed = postcode(small ? typed.toLowerCase() : typed);
        expect(parsed).toMatchObject({ kind: 'unit', canonical: text });
        expect(parsePostcode(parsed.canonical)).toEqual(parsed);
      }),
    );
  });

  it('reads to itself from between any separators, with any of them for its space', () => {
    const separators = fc.string({ unit: letters(` -–.,;:/"'\`“”‘’«»()[]{}`), maxLength: 4 });
    fc.assert(
      fc.property(unit, separators, separators, separators, (text, before, between, after) => {
        const typed = `${before}${text.replace(' ', between)}${after}`;
        expect(postcode(typed).canonical).toBe(text);
      }),
    );
  });

  it('is read the same with O for every 0 of its inward half and I for every 1', () => {
    fc.assert(
      fc.property(unit, (text) => {
        const [outward = '', rest = ''] = text.split(' ');
        const slipped = rest.replace('0', 'O').replace('1', 'I');
        expect(postcode(`${outward} ${slipped}`).canonical).toBe(text);
      }),
    );
  });
});

describe('a part of a postcode', () => {
  it.each([
    ['M', 'area', 'M'],
    ['sw', 'area', 'SW'],
    ['S0', 'area', 'SO'],
    ['M14', 'outcode', 'M14'],
    ['M 14', 'outcode', 'M14'],
    ['sw1a', 'outcode', 'SW1A'],
    ['SW11', 'outcode', 'SW11'],
    ['CO 1', 'outcode', 'CO1'],
    ['S01', 'outcode', 'SO1'],
    ['E01', 'outcode', 'E1'],
    ['M14 5', 'sector', 'M14 5'],
    ['M145', 'sector', 'M14 5'],
    ['M1 4', 'sector', 'M1 4'],
    ['SW1 1', 'sector', 'SW1 1'],
    ['SW1A1', 'sector', 'SW1A 1'],
    ['SW111', 'sector', 'SW11 1'],
  ])('%j is the %s %s', (text, kind, canonical) => {
    expect(postcode(text)).toMatchObject({ kind, canonical });
  });

  it('is read to itself from its written form', () => {
    fc.assert(
      fc.property(outcode, fc.option(fc.nat(9)), (text, digit) => {
        const canonical = digit === null ? text : `${text} ${digit}`;
        const kind = digit === null ? 'outcode' : 'sector';
        expect(postcode(canonical.toLowerCase())).toMatchObject({ kind, canonical });
      }),
    );
  });
});

describe('a code of its own form', () => {
  it.each([
    ['gir0aa', { kind: 'unit', canonical: 'GIR 0AA', territory: 'non_geographic' }],
    ['GIR OAA', { kind: 'unit', canonical: 'GIR 0AA', area: 'GIR' }],
    ['BFPO 105', { kind: 'outcode', canonical: 'BFPO 105', outcode: 'BF1', territory: 'forces' }],
    ['bfpo105', { canonical: 'BFPO 105', area: 'BF' }],
    ['BFPO', { canonical: 'BFPO', territory: 'forces' }],
    ['BF1 2AX', { kind: 'unit', canonical: 'BF1 2AX', territory: 'forces' }],
    ['BX1 1LT', { territory: 'non_geographic' }],
    ['XX1 1AA', { territory: 'non_geographic' }],
    ['ZZ99 3VZ', { canonical: 'ZZ99 3VZ', territory: 'non_geographic' }],
    ['JE2 3AB', { canonical: 'JE2 3AB', territory: 'crown_dependency' }],
    ['GY1 1AA', { territory: 'crown_dependency' }],
    ['lM1 1AA', { canonical: 'IM1 1AA', territory: 'crown_dependency' }],
    ['GX11 1AA', { canonical: 'GX11 1AA', territory: 'overseas' }],
    ['fiqq1zz', { kind: 'unit', canonical: 'FIQQ 1ZZ', territory: 'overseas' }],
    ['F1QQ IZZ', { canonical: 'FIQQ 1ZZ' }],
    ['STHL', { kind: 'outcode', canonical: 'STHL', territory: 'overseas' }],
    ['AI-2640', { canonical: 'AI-2640', territory: 'overseas' }],
    ['ai 264O', { canonical: 'AI-2640' }],
    ['VG1110', { canonical: 'VG1110', territory: 'overseas' }],
    ['MSR 1110', { canonical: 'MSR1110', territory: 'overseas' }],
  ])('%s', (text, expected) => {
    expect(postcode(text)).toMatchObject(expected);
  });

  it.each(['ASCN', 'BBND', 'BIQQ', 'FIQQ', 'PCRN', 'SIQQ', 'STHL', 'TDCU', 'TKCA'])(
    '%s 1ZZ is an overseas territory',
    (code) => {
      expect(postcode(`${code} 1ZZ`)).toMatchObject({
        kind: 'unit',
        area: code,
        outcode: code,
        district: code,
        sector: `${code} 1`,
        canonical: `${code} 1ZZ`,
        territory: 'overseas',
      });
    },
  );

  it('does not take a code of the Cayman Islands for one of Kirkcaldy', () => {
    expect(isPostcode(parsePostcode('KY1-1100'))).toBe(false);
  });
});

describe('what is no postcode', () => {
  it.each([
    '',
    '   ',
    'hello',
    'Hull',
    'no',
    'N/A',
    'QQ',
    '12345',
    '01234 567890',
    '07700 900000',
    'M14 11',
    'M1411',
    'A',
    '1',
    'M14 5RX!',
    'M14 5RX?',
    'M14\\5RX',
    '""',
    '(/);:',
    'M14 5RX / M14 5RY',
    '½1 1AA',
    'ß1 1AA',
    'M14 5RX\u0000',
    '\uD800',
    '😀',
    "'; DROP TABLE--",
    'S01 1AAA1',
  ])('%j is refused with an example', (text) => {
    expect(hint(text)).toContain('A postcode looks like M14 5RX.');
  });

  it.each([
    ['M14 SRX', 'M14 5RX'],
    ['5W1A 1AA', 'SW1A 1AA'],
    ['M14 5R', 'M14 5'],
    ['M14 5RXX', 'M14 5RX'],
    ['SWIA IAA', 'SW1A 1AA'],
    ['wia oax', 'W1A 0AX'],
  ])('%s is answered with "Did you mean %s?"', (text, meant) => {
    expect(hint(text)).toContain(`Did you mean ${meant}?`);
  });

  it('asks for the postcode alone where the text is too long to be one', () => {
    expect(hint('12 Example Street, M14 5RX')).toMatch(/^That is too long for a postcode\./);
    expect(postcode(`${' '.repeat(500)}M14 5RX`).canonical).toBe('M14 5RX');
    expect(hint(`M14${' '.repeat(20)}5RX`)).toMatch(/^That is too long for a postcode\./);
    expect(postcode(`${'('.repeat(6)}M14 5RX${')'.repeat(7)}`).canonical).toBe('M14 5RX');
    expect(hint(`${'('.repeat(7)}M14 5RX${')'.repeat(7)}`)).toMatch(/^That is too long/);
  });

  it('never throws, whatever the text', () => {
    const typed = fc.string({
      unit: letters('MSW1405OIl rx-.;:/"\'“’()<½\u200B\u0000ß'),
      maxLength: 25,
    });
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), typed), (text) => {
        const parsed = parsePostcode(text);
        const reread = isPostcode(parsed) ? parsePostcode(parsed.canonical) : parsed;
        expect(reread).toEqual(parsed);
        for (const near of nearSpellings(text)) expect(postcode(near).canonical).toBe(near);
        parseCoveragePrefix(text);
      }),
      { numRuns: 2000 },
    );
  });

  it('is refused in linear time, however long', () => {
    const started = performance.now();
    for (const piece of ['M', '1', ' ', '-', '"', '(', '/', 'M1 ', '\u200B']) {
      parsePostcode(piece.repeat(1e6));
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('near spellings', () => {
  it.each([
    ['S01 1AA', ['SO1 1AA', 'S1 1AA']],
    ['ML4 5RX', ['M14 5RX']],
    ['M14 5RI', ['M14 5RL', 'ML4 5RI', 'ML4 5RL']],
    ['E1 1AA', []],
    ['QQ1 1AA', []],
    ['FIQQ 1ZZ', []],
    ['hello', []],
  ])('of %s are %j', (text, expected) => {
    expect(nearSpellings(text)).toEqual(expected);
  });

  it('are few, in areas that exist, and never what was typed', () => {
    const typed = fc.string({ unit: letters('MSWLOIBZG0158l'), minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(typed, (text) => {
        const near = nearSpellings(text);
        expect(near.length).toBeLessThanOrEqual(5);
        expect(near.map((spelling) => spelling.replace(' ', ''))).not.toContain(text.toUpperCase());
        for (const spelling of near) expect(isKnownArea(postcode(spelling).area)).toBe(true);
      }),
    );
  });
});

describe('the real postcodes', () => {
  const sample = sharedDataPath('codepoint-sample-20k.csv');
  const outcodes = sharedDataPath('outcodes.csv');

  it.skipIf(sample === undefined)('read to themselves, without space and in lower case too', () => {
    const all = firstColumn(sample ?? '');
    expect(all.length).toBeGreaterThan(19_000);
    const misread = all.filter((text) =>
      [text, text.replace(' ', ''), text.toLowerCase(), text.replace(' ', '').toLowerCase()].some(
        (spelling) => postcode(spelling).canonical !== text,
      ),
    );
    expect(misread).toEqual([]);
  });

  it.skipIf(outcodes === undefined)('have outcodes that read as outcodes', () => {
    const all = firstColumn(outcodes ?? '');
    expect(all.length).toBeGreaterThan(2_900);
    const misread = all.filter((text) =>
      [text, text.toLowerCase()].some((spelling) => {
        const parsed = postcode(spelling);
        return parsed.kind !== 'outcode' || parsed.canonical !== text;
      }),
    );
    expect(misread).toEqual([]);
    const unruly = all.filter((text) => parseCoveragePrefix(text)?.prefix !== text);
    expect(unruly).toEqual([]);
  });
});
