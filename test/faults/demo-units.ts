import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/platform/project-root.js';
import type { DemoUnit } from './book.js';

interface DemoOrganisation {
  readonly nationalOffice: { readonly email: string };
  readonly regions: readonly DemoUnit[];
  readonly branches: readonly DemoUnit[];
}

/**
 * Postcodes all over the organisation, and whose they are, read off its coverage by hand: branches,
 * a region far from its branches, and the national office for all that no region covers.
 */
const UNITS_BY_POSTCODE: readonly (readonly [postcode: string, slug: string])[] = [
  ['M14 5RX', 'manchester-south'],
  ['LS6 2AA', 'leeds'],
  ['CF10 1EP', 'cardiff'],
  ['LL57 2DG', 'wales'],
  ['EH1 1YZ', 'national-office'],
  ['BT1 5GS', 'national-office'],
  ['NR1 3JU', 'norwich'],
];

/** Each postcode with its unit, from the file itself and not from what the application made of it. */
export const POSTCODES: readonly { readonly postcode: string; readonly unit: DemoUnit }[] =
  readPostcodes();

function readPostcodes() {
  const file = readFileSync(join(projectRoot, 'data', 'demo-organisation.json'), 'utf8');
  const { nationalOffice, regions, branches } = JSON.parse(file) as DemoOrganisation;
  const units = [{ slug: 'national-office', email: nationalOffice.email }, ...regions, ...branches];
  return UNITS_BY_POSTCODE.map(([postcode, slug]) => {
    const unit = units.find((one) => one.slug === slug);
    if (unit === undefined) throw new Error(`the demo organisation has no ${slug}`);
    return { postcode, unit: { slug, email: unit.email } };
  });
}
