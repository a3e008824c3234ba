import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeReleaseFolder, onspdFile, type ReleaseFolder } from '../postcodes/release-files.js';
import { importInto } from '../postcodes/support.js';
import { startApplication, type TestApplication } from '../support/application.js';

const ROWS = [
  { pcds: 'S1 1AA', ctry: 'E92000001', lat: '53.381100', long: '-1.470100' },
  { pcds: 'SO14 2AA', ctry: 'E92000001', lat: '50.902500', long: '-1.404200' },
  { pcds: 'ML1 1AA', ctry: 'S92000003', lat: '55.788400', long: '-3.994700' },
  { pcds: 'M14 5RX', ctry: 'E92000001', lat: '53.454600', long: '-2.226300' },
];

let app: TestApplication;
let folder: ReleaseFolder;
beforeAll(async () => {
  [folder, app] = await Promise.all([makeReleaseFolder(), startApplication({ worker: false })]);
  expect(await main('M14 5SX')).not.toContain('not in our list');
  await importInto(app.database, await folder.write('ONSPD_NOV_2025_UK.csv', onspdFile(ROWS)));
  await vi.waitFor(async () => expect(await main('M14 5RX')).toContain('from M14 5RX.'), {
    timeout: 10_000,
  });
});
afterAll(async () => {
  await app.close();
  await folder.remove();
});

/** The page of an answer, below its head. */
async function main(postcode: string): Promise<string> {
  const { text } = await request(app.url)
    .get('/branches')
    .query({ postcode })
    .set('Accept', 'text/html')
    .expect(200);
  return text.slice(text.indexOf('<main>')).replaceAll(/\s+/g, ' ');
}

describe('the page of an answer', () => {
  it('says when what was typed was read as something else, with a link to what it may be', async () => {
    const page = await main('S01 1AA');
    expect(page).toContain('You typed S01 1AA, and we read it as S1 1AA.');
    expect(page).toContain('Did you mean <a href="/branches?postcode=SO1+1AA">SO1 1AA</a>?');
    expect(await main('Ml4 5RX')).toContain(
      '<p>You typed Ml4 5RX, and we read it as M14 5RX.</p> <p>Did you mean <a href="/branches?postcode=ML4+5RX">ML4 5RX</a>?</p>',
    );
  });

  it('says when a whole postcode is not in the list, and offers what is', async () => {
    const page = await main('SO1 1AA');
    expect(page).toContain('SO1 1AA is not in our list of postcodes.');
    expect(page).toContain('Did you mean <a href="/branches?postcode=S1+1AA">S1 1AA</a>?');
    expect(page).not.toContain('You typed');
    const alone = await main('M14 5SX');
    expect(alone).toContain('M14 5SX is not in our list of postcodes.');
    expect(alone).not.toContain('Did you mean');
  });

  it('has nothing to add to a postcode that is read as it was typed', async () => {
    for (const typed of ['m145rx', 'M14-5RX', 'M14', 'BT1 1AA']) {
      expect(await main(typed)).not.toMatch(/You typed|not in our list|Did you mean/);
    }
  });

  it('repeats no mark that turns the direction of writing', async () => {
    expect(await main('S01\u202e1AA')).toContain('You typed S01 1AA, and we read it as S1 1AA.');
  });
});
