import { expect } from 'vitest';
import type { ImportReport } from '../../src/postcodes/importing/postcode-import.js';
import type { TestDatabase } from '../support/test-database.js';
import { importAndUse, startLocator, type TestLocator } from './support.js';

/** A row of ONSPD. */
export const MANCHESTER = {
  pcds: 'M14 5RX',
  dointr: '198001',
  oslaua: 'E08000003',
  osward: 'E05011361',
  oseast1m: '385063',
  osnrth1m: '0395385',
  osgrdind: '1',
  ctry: 'E92000001',
  pcon: 'E14001353',
  lat: '53.454600',
  long: '-2.226300',
};
/** What is answered of it. */
export const ANSWER = {
  precision: 'unit',
  position: { lat: 53.4546, long: -2.2263 },
  officialCodes: { ward: 'E05011361', constituency: 'E14001353', localAuthority: 'E08000003' },
};
/** Its position, by its grid reference. */
export const WITHIN_5_M = { lat: expect.closeTo(53.4546, 3), long: expect.closeTo(-2.2263, 3) };

/** Imports a release, and asks the new version with a locator of its own. */
export async function askingOf<Result>(
  database: TestDatabase,
  path: string,
  ask: (locator: TestLocator) => Result,
): Promise<{ report: ImportReport; answer: Result }> {
  const report = await importAndUse(database, path);
  const locator = await startLocator(database.url);
  try {
    expect(locator.locator.version).toBe(report.version);
    return { report, answer: ask(locator) };
  } finally {
    await locator.close();
  }
}
