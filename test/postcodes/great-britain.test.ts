import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distanceKm, type Position } from '../../src/postcodes/distance.js';
import { isPostcode } from '../../src/postcodes/postcode.js';
import { resolvePostcode } from '../../src/postcodes/resolve-postcode.js';
import { sharedDataPath } from '../support/shared-data.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { rowsOfCsv } from './csv-file.js';
import { makeReleaseFolder, type ReleaseFolder } from './release-files.js';
import { importInto, startLocator, type TestLocator } from './support.js';

const packed = sharedDataPath('codepoint-open-gb-min.csv.xz');
const sampleFile = sharedDataPath('codepoint-sample-20k.csv');
const outcodesFile = sharedDataPath('outcodes.csv');

const positionOf = (row: Record<string, string>): Position => ({
  lat: Number(row['lat']),
  long: Number(row['long']),
});
const metres = (one: Position | null, other: Position) =>
  one === null ? Infinity : distanceKm(one, other) * 1000;

async function unpack(from: string, to: string): Promise<void> {
  const xz = spawn('xz', ['-dc', from], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [[code]] = await Promise.all([
    once(xz, 'exit'),
    pipeline(xz.stdout, createWriteStream(to)),
  ]);
  if (code !== 0) throw new Error(`xz ended with ${String(code)}`);
}

describe.skipIf(packed === undefined || sampleFile === undefined || outcodesFile === undefined)(
  'all of Great Britain',
  () => {
    let database: TestDatabase;
    let folder: ReleaseFolder;
    let locator: TestLocator;
    let report: Awaited<ReturnType<typeof importInto>>;
    beforeAll(async () => {
      folder = await makeReleaseFolder();
      database = await createTestDatabase();
      const file = join(folder.path, 'codepoint-2025-10.csv');
      await unpack(packed ?? '', file);
      report = await importInto(database, file);
      locator = await startLocator(database.url);
    });
    afterAll(async () => {
      await locator.close();
      await database.drop();
      await folder.remove();
    });

    it('is imported whole', () => {
      expect(report).toMatchObject({
        version: 'code-point-open-2025-10',
        live: 1_745_849,
        terminated: 0,
        withoutPosition: 836,
        rejected: 0,
        repeated: 0,
      });
    });

    it('has every sample postcode within 10 m of its position, in its nation and authority', () => {
      // Two of them have no authority in the release; theirs is the nation of their outcode.
      const sample = rowsOfCsv(readFileSync(sampleFile ?? '', 'utf8'));
      expect(sample).toHaveLength(19_783);
      const wrong = sample.filter((row) => {
        const found = locator.locate(row['postcode'] ?? '');
        return (
          found.precision !== 'unit' ||
          metres(found.position, positionOf(row)) > 10 ||
          (found.officialCodes?.localAuthority ?? '') !== row['lad25cd'] ||
          found.nation?.charAt(0).toUpperCase() !== (row['lad25cd'] || 'E').charAt(0)
        );
      });
      expect(wrong).toEqual([]);
    });

    it('has every outcode within 1 km of its centre, but for those that it cannot know', () => {
      const rows = rowsOfCsv(readFileSync(outcodesFile ?? '', 'utf8'));
      expect(rows.length).toBeGreaterThan(2_900);
      const reasons = { isNorthernIrish: 0, hasNoPosition: 0 };
      const wrong = rows.filter((row) => {
        const outcode = row['outcode'] ?? '';
        const found = locator.locate(outcode);
        // Code-Point Open ends at the Irish Sea; these centres come from elsewhere.
        if (row['area'] === 'BT') {
          reasons.isNorthernIrish += 1;
          return found.precision !== 'area' || found.nation !== 'northern-ireland';
        }
        // Post office boxes: all of the outcode's postcodes are of quality 90, nobody has a centre.
        if (row['lat'] === '') {
          reasons.hasNoPosition += 1;
          return found.precision !== 'area' || row['located_postcodes'] !== '0';
        }
        return found.precision !== 'outcode' || metres(found.position, positionOf(row)) > 1000;
      });
      expect(wrong.map((row) => row['outcode'])).toEqual([]);
      expect(reasons).toEqual({ isNorthernIrish: 80, hasNoPosition: 9 });
    });

    it('answers any spelling of a postcode alike', () => {
      const sample = rowsOfCsv(readFileSync(sampleFile ?? '', 'utf8'));
      const known = fc.constantFrom(...sample.map((row) => row['postcode'] ?? ''));
      const space = fc.constantFrom('', ' ', '  ', '-', '.', '\u00A0', '\t');
      const spelling = fc.record({
        space,
        around: fc.constantFrom('', ' ', '\n'),
        lettering: fc.constantFrom<(text: string) => string>(
          (text) => text,
          (text) => text.toLowerCase(),
          fullWidth,
        ),
        slip: fc.constantFrom<(inward: string) => string>(
          (inward) => inward,
          (inward) => inward.replace('0', 'O'),
          (inward) => inward.replace('1', 'I'),
        ),
      });
      fc.assert(
        fc.property(known, spelling, (text, { space: between, around, lettering, slip }) => {
          const [outward = '', inward = ''] = text.split(' ');
          const typed = around + lettering(outward + between + slip(inward)) + around;
          const postcode = resolvePostcode(typed, locator.locator);
          if (!isPostcode(postcode)) throw new Error(`${JSON.stringify(typed)} was not read`);
          expect(postcode.canonical).toBe(text);
          expect(locator.locator.locate(postcode)).toEqual(locator.locate(text));
        }),
        { numRuns: 2_000 },
      );
    });

    it('knows its postcodes, and lets them decide between two readings', () => {
      const resolved = (text: string) => {
        const postcode = resolvePostcode(text, locator.locator);
        return isPostcode(postcode) && [postcode.canonical, locator.locator.knows(postcode)];
      };
      // There is no outcode SO1 today: the zero that was typed belongs to Sheffield's S1.
      expect(resolved('S01 2HE')).toEqual(['S1 2HE', true]);
      expect(resolved('SO1 2HE')).toEqual(['SO1 2HE', false]);
      expect(resolved('S014 2AA')).toEqual(['SO14 2AA', true]);
      expect(resolved('BT1 1AA')).toEqual(['BT1 1AA', undefined]);
    });
  },
);

/** The characters of an East Asian keyboard. */
function fullWidth(text: string): string {
  return text.replaceAll(/[!-~]/g, (character) =>
    String.fromCharCode(character.charCodeAt(0) + 0xfee0),
  );
}
