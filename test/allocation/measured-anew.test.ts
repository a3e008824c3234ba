import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DatasetLocator } from '../../src/postcodes/dataset.locator.js';
import { makeReleaseFolder, onspdFile, type ReleaseFolder } from '../postcodes/release-files.js';
import { importInto } from '../postcodes/support.js';
import { MovesStage } from './moves-stage.js';

const WELSH = { ctry: 'W92000004' };
const ROWS = [
  { pcds: 'CF10 1AA', lat: '51.4816', long: '-3.1791', ...WELSH },
  { pcds: 'CF48 1UR', lat: '51.7472', long: '-3.3787', ...WELSH },
];

let stage: MovesStage;
let folder: ReleaseFolder;
beforeAll(async () => {
  [folder, stage] = await Promise.all([makeReleaseFolder(), MovesStage.open()]);
  await stage.database.sql(
    `UPDATE unit SET latitude = 51.48, longitude = -3.18 WHERE slug = 'cardiff'`,
  );
  await stage.reloadDirectory();
});
afterAll(async () => {
  await stage.close();
  await folder.remove();
});

const current = async (personId: string) => {
  const { body } = await stage.admin('national').get(`people/${personId}/allocation`).expect(200);
  return body.current;
};

describe('somebody who moves home and stays in their branch', () => {
  it('is told the way from the new home, of the data that it was measured by', async () => {
    const { personId } = await stage.joined({ postcode: 'CF10 1AA' });
    const before = await current(personId);
    expect(before).toMatchObject({ rule: 'CF', precision: 'area' });
    await importInto(stage.database, await folder.write('ONSPD_NOV_2025_UK.csv', onspdFile(ROWS)));
    await vi.waitFor(
      () => {
        for (const process of [stage.api, stage.worker]) {
          expect(process.get(DatasetLocator, { strict: false }).version).toBe('onspd-2025-11');
        }
      },
      { timeout: 10_000 },
    );
    expect((await stage.change('national', personId, { postcode: 'CF48 1UR' })).status).toBe(200);
    const after = await current(personId);
    expect(after).toMatchObject({ id: before.id, rule: 'CF', precision: 'unit' });
    expect(after.distanceKm).toBeGreaterThan(30);
    expect(after.why).toBe(
      `CF belongs to Cardiff. Cardiff is ${after.distanceKm} km away, measured by the position of the postcode itself (${after.datasetVersion}).`,
    );
    expect(after.datasetVersion).not.toBe(before.datasetVersion);
  });

  it('is told of no postcode that was theirs before', async () => {
    const { personId } = await stage.joined({ postcode: 'ZE1 0AA' });
    expect((await current(personId)).why).toContain('covers ZE1 0AA yet');
    await stage.change('national', personId, { postcode: 'PH1 5AA' });
    expect((await current(personId)).why).toContain('covers PH1 5AA yet');
    expect(await stage.allocations(personId)).toHaveLength(1);
  });
});
