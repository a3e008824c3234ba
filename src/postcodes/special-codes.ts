import type { Territory } from './postcode-areas.js';

/** A code that people write where a postcode belongs, and that has a shape of its own. */
export interface SpecialCode {
  area: string;
  outcode: string;
  /** Only where the code has an inward half, such as `FIQQ 1ZZ`. */
  inward?: string;
  canonical: string;
  territory: Territory;
}

/**
 * Territories with one code in the pattern `AAAA 1ZZ`: Ascension, British Indian Ocean Territory,
 * British Antarctic Territory, Falkland Islands, Pitcairn, South Georgia and the South Sandwich
 * Islands, Saint Helena, Tristan da Cunha, Turks and Caicos Islands.
 */
const SINGLE_CODE_TERRITORIES: ReadonlySet<string> = new Set([
  'ASCN',
  'BBND',
  'BIQQ',
  'FIQQ',
  'PCRN',
  'SIQQ',
  'STHL',
  'TDCU',
  'TKCA',
]);

/**
 * Anguilla, British Virgin Islands, Montserrat: letters, then digits only. The Cayman Islands'
 * `KY1-1100` is left out on purpose: its letters are Kirkcaldy's, whose rules would then apply.
 */
const DIGIT_CODES: readonly { area: string; shape: RegExp; separator: string }[] = [
  { area: 'AI', shape: /^2640$/, separator: '-' },
  { area: 'VG', shape: /^11[1-6]0$/, separator: '' },
  { area: 'MSR', shape: /^1\d{3}$/, separator: '' },
];

/**
 * Reads the codes that do not follow the grammar of postcodes: `GIR 0AA`, `BFPO 105` and the
 * overseas territories' own.
 *
 * @param compact what was typed, in capitals, without anything but A–Z and 0–9.
 */
export function readSpecialCode(compact: string): SpecialCode | undefined {
  return readGirobank(compact) ?? readForces(compact) ?? readOverseas(compact);
}

/** Girobank's `GIR 0AA`, the one postcode without a digit in its outward half. */
function readGirobank(compact: string): SpecialCode | undefined {
  const match = /^G[I1]R([0O]AA)?$/.exec(compact);
  if (!match) return undefined;
  const code = { area: 'GIR', outcode: 'GIR', territory: 'non_geographic' } as const;
  return match[1]
    ? { ...code, inward: '0AA', canonical: 'GIR 0AA' }
    : { ...code, canonical: 'GIR' };
}

/** A British Forces Post Office number. All of them share the outcode `BF1`. */
function readForces(compact: string): SpecialCode | undefined {
  const match = /^BFP[O0]([0-9OIL]{0,4})$/.exec(compact);
  if (!match) return undefined;
  const number = digits(match[1] ?? '').replace(/^0+/, '');
  return {
    area: 'BF',
    outcode: 'BF1',
    canonical: number === '' ? 'BFPO' : `BFPO ${number}`,
    territory: 'forces',
  };
}

function readOverseas(compact: string): SpecialCode | undefined {
  const outcode = compact.slice(0, 4).replaceAll('1', 'I').replaceAll('0', 'O');
  const inward = compact.slice(4);
  if (SINGLE_CODE_TERRITORIES.has(outcode) && /^([1IL]ZZ)?$/.test(inward)) {
    const code = { area: outcode, outcode, territory: 'overseas' } as const;
    return inward === ''
      ? { ...code, canonical: outcode }
      : { ...code, inward: '1ZZ', canonical: `${outcode} 1ZZ` };
  }
  for (const { area, shape, separator } of DIGIT_CODES) {
    const number = digits(compact.slice(area.length));
    if (!compact.startsWith(area) || !shape.test(number)) continue;
    const canonical = area + separator + number;
    return { area, outcode: canonical, canonical, territory: 'overseas' };
  }
  return undefined;
}

/** O, I and L read as the digits that they are taken for. */
function digits(text: string): string {
  return text.replaceAll('O', '0').replace(/[IL]/g, '1');
}
