import type { LookupAnswer } from '../allocation/lookup.schemas.js';
import { isPostcode, parsePostcode } from '../postcodes/postcode.js';

const KM_PER_MILE = 1.609344;
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** How far away, in the miles of the road signs and in kilometres: “about 3 miles (4.7 km)”. */
export function distanceWords(km: number | null): string | null {
  if (km === null) return null;
  const miles = Math.round(km / KM_PER_MILE);
  if (miles < 1) return `less than a mile (${km} km)`;
  return `about ${miles === 1 ? 'a mile' : `${miles} miles`} (${km} km)`;
}

/** From where distances were measured, and so how much they are worth. */
export function precisionWords({ postcode, precision }: LookupAnswer): string {
  const parsed = parsePostcode(postcode);
  const whole = isPostcode(parsed) ? parsed : undefined;
  switch (precision) {
    case 'unit':
      return `Distances are as the crow flies, from ${postcode}.`;
    case 'sector': {
      const sector = whole !== undefined && 'sector' in whole ? whole.sector : postcode;
      return `Distances are as the crow flies, from the centre of ${sector}.`;
    }
    case 'outcode': {
      const outcode = whole !== undefined && 'outcode' in whole ? whole.outcode : postcode;
      return `Distances are as the crow flies, from the centre of ${outcode}.`;
    }
    case 'area': {
      const area = whole?.area ?? postcode;
      return `Distances are from the middle of the whole ${area} area, so take them as rough.`;
    }
    case 'none':
      return `We do not know where ${postcode} lies, so we cannot say how far away anything is.`;
  }
}

/** A month of the reference data (`1996-06`) in words; null stays null. */
export function monthWords(month: string | null): string | null {
  const [, year, number] = /^(\d{4})-(\d\d)$/.exec(month ?? '') ?? [];
  const name = MONTHS[Number(number) - 1];
  return name === undefined || year === undefined ? month : `${name} ${year}`;
}
