import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { distanceKm, type Position } from '../../src/postcodes/distance.js';
import { positionOfGrid } from '../../src/postcodes/importing/national-grid.js';
import { sharedDataPath } from '../support/shared-data.js';
import { rowsOfCsv } from './csv-file.js';

const metres = (one: Position, other: Position) => distanceKm(one, other) * 1000;

/** A row of ONSPD, with what it says of itself and what we make of its grid reference. */
function onspdRows(path: string) {
  return rowsOfCsv(readFileSync(path, 'utf8'))
    .filter((row) => row['osgrdind'] !== '9')
    .map((row) => {
      const grid = { easting: Number(row['oseast1m']), northing: Number(row['osnrth1m']) };
      const said = { lat: Number(row['lat']), long: Number(row['long']) };
      return { ...grid, error: metres(positionOfGrid(grid.easting, grid.northing), said) };
    });
}

it('agrees with the worked example of Ordnance Survey, to the metres that a Helmert shift has', () => {
  // A guide to coordinate systems in Great Britain: Caister water tower, OSGB36 651409.903
  // 313177.270, by OSTN15 52°39′28.8282″ N 1°42′57.8663″ E.
  const ostn15 = { lat: 52 + 39 / 60 + 28.8282 / 3600, long: 1 + 42 / 60 + 57.8663 / 3600 };
  expect(metres(positionOfGrid(651_409.903, 313_177.27), ostn15)).toBeLessThan(5);
});

describe('the positions of the releases', () => {
  const onspd = sharedDataPath('onspd-sample-ab1.csv');
  const sample = sharedDataPath('codepoint-sample-20k.csv');
  const nspl = sharedDataPath('nspl-sample-3rows.csv');

  it.skipIf(onspd === undefined)(
    'are met within 5 m in ONSPD, but for rows whose two positions are of two places',
    () => {
      const rows = onspdRows(onspd ?? '');
      expect(rows).toHaveLength(8046);
      const far = rows.filter(({ error }) => error > 5);
      expect(far.length).toBeLessThan(rows.length * 0.006);
      const errors = rows.map(({ error }) => error).sort((one, other) => one - other);
      expect(errors[Math.floor(rows.length / 2)]).toBeLessThan(2);
      // A fault of the conversion would be a fault of its neighbours, too: it changes slowly with
      // the place. Each of the far ones has a neighbour within a kilometre that is met within 2 m.
      const lonely = far.filter(
        ({ easting, northing }) =>
          !rows.some(
            (other) =>
              other.error < 2 &&
              Math.hypot(other.easting - easting, other.northing - northing) < 1000,
          ),
      );
      expect(lonely).toEqual([]);
    },
  );

  it.skipIf(nspl === undefined)('are met within 5 m in NSPL', () => {
    for (const row of rowsOfCsv(readFileSync(nspl ?? '', 'utf8'))) {
      const said = { lat: Number(row['lat']), long: Number(row['long']) };
      const found = positionOfGrid(Number(row['east1m']), Number(row['north1m']));
      expect(metres(found, said), row['pcds']).toBeLessThan(5);
    }
  });

  it.skipIf(sample === undefined)(
    'are met within a hand’s breadth all over Great Britain where they were converted alike',
    () => {
      // The sample's positions are Helmert's as well, rounded to millionths of a degree.
      const rows = rowsOfCsv(readFileSync(sample ?? '', 'utf8'));
      expect(rows.length).toBeGreaterThan(19_000);
      const far = rows.filter((row) => {
        const said = { lat: Number(row['lat']), long: Number(row['long']) };
        const found = positionOfGrid(Number(row['easting']), Number(row['northing']));
        return metres(found, said) > 0.1;
      });
      expect(far).toEqual([]);
    },
  );
});
