import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { runCommand, startCommand } from './cli.js';
import { makeReleaseFolder, onspdFile, type ReleaseFolder } from './release-files.js';

let database: TestDatabase;
let folder: ReleaseFolder;
beforeAll(async () => {
  folder = await makeReleaseFolder();
});
afterAll(() => folder.remove());
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const MANCHESTER = [
  { pcds: 'M14 5RX', lat: '53.4546', long: '-2.2263', ctry: 'E92000001' },
  { pcds: 'M14 5RY', lat: '53.4546', long: '-2.2263', ctry: 'E92000001', doterm: '200112' },
  { pcds: 'BT1 1AA', lat: '54.6', long: '-5.93', ctry: 'N92000002', osgrdind: '1' },
];
const release = (name: string) => folder.write(`ONSPD_${name}_UK.csv`, onspdFile(MANCHESTER));

const versions = async () =>
  (await database.sql<{ version: string }>('SELECT version FROM postcode_dataset ORDER BY id')).map(
    ({ version }) => version,
  );
const current = async () =>
  (
    await database.sql<{ version: string }>(
      `SELECT version FROM current_postcode_dataset c JOIN postcode_dataset d ON d.id = c.dataset_id`,
    )
  )[0]?.version;
const chunks = async () =>
  (
    await database.sql<{ n: number }>('SELECT count(*)::integer AS n FROM postcode_dataset_chunk')
  )[0]?.n;

describe('import, list, use and remove', () => {
  it('tell what they did', async () => {
    expect(await runCommand(database, ['list'])).toEqual({
      code: 0,
      out: 'None has been imported: the built-in centres of areas answer.\n',
      err: '',
    });
    expect(await runCommand(database, ['import', await release('AUG_2025')])).toEqual({
      code: 0,
      out: 'onspd-2025-08: 2 live and 1 terminated postcodes, 0 of them without a position.\nonspd-2025-08 answers now.\n',
      err: '',
    });
    const second = await runCommand(database, ['import', await release('NOV_2025')]);
    expect(second.out).toMatch(
      /\nonspd-2025-11 answers now\. To go back: postcodes use onspd-2025-08\n$/,
    );
    const third = await runCommand(database, [
      'import',
      '--keep-current',
      await release('FEB_2026'),
    ]);
    expect(third.out).toMatch(/\nonspd-2025-11 answers on \(postcodes use onspd-2026-02\)\.\n$/);
    expect(await current()).toBe('onspd-2025-11');

    const { out } = await runCommand(database, ['list']);
    expect(out.split('\n').map((line) => line.slice(0, 30).trimEnd())).toEqual([
      '   version        live  termin',
      '   onspd-2026-02  2     1',
      '*  onspd-2025-11  2     1',
      '   onspd-2025-08  2     1',
      '',
    ]);
    expect(await runCommand(database, ['use', 'onspd-2025-08'])).toMatchObject({
      code: 0,
      out: 'onspd-2025-08 answers now.\n',
    });
    expect(await current()).toBe('onspd-2025-08');
    expect(await runCommand(database, ['remove', 'onspd-2026-02'])).toMatchObject({
      code: 0,
      out: 'onspd-2026-02 is gone.\n',
    });
    expect(await versions()).toEqual(['onspd-2025-08', 'onspd-2025-11']);
    expect(await chunks()).toBe(2);
    const deeds = await database.sql(
      `SELECT action, actor_kind FROM audit_event WHERE subject_kind = 'postcode_dataset' ORDER BY at`,
    );
    expect(deeds).toEqual(
      ['imported', 'imported', 'imported', 'used', 'removed'].map((deed) => ({
        action: `postcode_dataset.${deed}`,
        actor_kind: 'command_line',
      })),
    );
  });

  it('refuse in a sentence what cannot be', async () => {
    await runCommand(database, ['import', await release('AUG_2025')]);
    const refusals: [string[], RegExp][] = [
      [['remove', 'onspd-2025-08'], /^onspd-2025-08 is in use: let another version answer first/],
      [
        ['remove', 'onspd-1999-01'],
        /^There is no version onspd-1999-01\. There are: onspd-2025-08\./,
      ],
      [['use', 'onspd-1999-01'], /^There is no version onspd-1999-01\./],
      [['import', '/nowhere/at-all.zip'], /^There is no file or folder \/nowhere\/at-all\.zip\.$/],
      [
        ['import', `${await release('AUG_2025')}/x.csv`],
        /^There is no file or folder .*\/x\.csv\.$/,
      ],
      [['import', 'ftp://x/y'], /^ftp:\/\/x\/y is no address that begins with https:\/\//],
      [['import', 'file:///tmp/a.csv'], /^file:\/\/\/tmp\/a\.csv is no address that begins with/],
      [['import', 'A'.repeat(300)], /^A+ cannot be read: /],
      [['import', '--most-bad-rows', 'many', 'a.csv'], /a number from 0 to 100/],
      [['import', await folder.write('other.csv', 'a,b\n1,2\n')], /no column of postcodes/],
    ];
    for (const [args, words] of refusals) {
      const { code, out, err } = await runCommand(database, args);
      expect(err).toMatch(words);
      expect([code, out]).toEqual([1, '']);
    }
    expect([await current(), await versions()]).toEqual(['onspd-2025-08', ['onspd-2025-08']]);
  });

  it('end with code 0 and a line for each tenth, or code 1 and a sentence', async () => {
    const done = startCommand(database, ['import', await release('AUG_2025')]);
    expect(await done.ended).toMatchObject({
      code: 0,
      out: expect.stringMatching(/\nonspd-2025-08 answers now\.\n$/),
      err: 'Reading: 100 %\n',
    });
    const failed = startCommand(database, ['remove', 'onspd-2025-08']);
    expect(await failed.ended).toEqual({
      code: 1,
      out: '',
      err: 'onspd-2025-08 is in use: let another version answer first (postcodes use VERSION).\n',
    });
  });

  it('say which rows could not be read, and take a bound for them', async () => {
    const rows = [...MANCHESTER, { pcds: 'HELLO' }];
    const path = await folder.write('ONSPD_MAY_2026_UK.csv', onspdFile(rows));
    expect(await runCommand(database, ['import', path])).toMatchObject({ code: 1, out: '' });
    const { code, out } = await runCommand(database, ['import', '--most-bad-rows', '50', path]);
    expect(code).toBe(0);
    expect(out).toContain(
      '1 rows could not be read:\n  ONSPD_MAY_2026_UK.csv:5: its postcode is none\n',
    );
  });
});

describe('an import that is hardly a whole release', () => {
  const live = (count: number) =>
    Array.from({ length: count }, (_, n) => ({
      pcds: `M${1 + Math.floor(n / 100)} ${n % 10}A${'ABDEFGHJLN'.charAt((n / 10) % 10)}`,
      lat: '53.4546',
      long: '-2.2263',
      ctry: 'E92000001',
    }));
  const written = (name: string, rows: Parameters<typeof onspdFile>[0]) =>
    folder.write(`ONSPD_${name}_UK.csv`, onspdFile(rows));
  const withdrawn = MANCHESTER.filter(({ doterm }) => doterm !== undefined);
  const deeds = async () =>
    (
      await database.sql<{ action: string }>(
        `SELECT action FROM audit_event WHERE subject_kind = 'postcode_dataset' ORDER BY at`,
      )
    ).map(({ action }) => action.replace('postcode_dataset.', ''));

  beforeEach(async () => {
    const first = await runCommand(database, ['import', await written('AUG_2025', live(1_001))]);
    expect(first).toMatchObject({ code: 0, err: '' });
  });

  it('is kept with a word and code 1, and answers when it is told to', async () => {
    const cut = startCommand(database, ['import', await written('NOV_2025', live(900))]);
    const { code, out, err } = await cut.ended;
    expect(code).toBe(1);
    expect(out).toMatch(/^onspd-2025-11: 900 live and 0 terminated postcodes, [^]*the\narea BT/);
    expect(out).not.toContain('answers now');
    expect(err).toBe(
      [
        'Reading: 100 %',
        'onspd-2025-11 is kept, but does not answer: it has 900 live postcodes, onspd-2025-08 has 1,001.',
        'Is this release whole? onspd-2025-08 answers on. If it is meant: postcodes use onspd-2025-11',
        '',
      ].join('\n'),
    );
    expect(await current()).toBe('onspd-2025-08');
    expect(await deeds()).toEqual(['imported', 'imported']);
    expect(await runCommand(database, ['use', 'onspd-2025-11'])).toMatchObject({ code: 0 });
    expect(await current()).toBe('onspd-2025-11');
    expect(await deeds()).toEqual(['imported', 'imported', 'used']);
  });

  it('has less than nine tenths of the live postcodes in use, or none', async () => {
    const most = await runCommand(database, ['import', await written('NOV_2025', live(901))]);
    expect(most).toMatchObject({ code: 0, err: '' });
    expect(most.out).toContain('\nonspd-2025-11 answers now.');
    expect(most.out).not.toContain('whole?');
    const none = await runCommand(database, ['import', await written('FEB_2026', withdrawn)]);
    expect(none).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^onspd-2026-02: 0 live and 1 terminated postcodes/),
      err: expect.stringMatching(/^onspd-2026-02 is kept.* it has 0 live .*onspd-2025-11 has 901/),
    });
    expect(await current()).toBe('onspd-2025-11');
    expect(await versions()).toEqual(['onspd-2025-08', 'onspd-2025-11', 'onspd-2026-02']);
  });

  it('ends with code 0 where it was to be loaded only', async () => {
    const path = await written('NOV_2025', live(3));
    const { code, out } = await runCommand(database, ['import', '--keep-current', path]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /is this release whole\?\nonspd-2025-08 answers on \(postcodes use onspd-2025-11\)\.\n$/,
    );
  });
});

describe('an import that does not come to its end', () => {
  /** Holds the last step of an import up: everything is written, nothing is switched. */
  async function heldUp(): Promise<Client> {
    const client = new Client({ connectionString: database.ownerUrl });
    await client.connect();
    await client.query('BEGIN; LOCK TABLE current_postcode_dataset IN SHARE MODE');
    return client;
  }

  const sessions = (state: string) =>
    database.sql(
      `SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${state}`,
    );
  const importWaits = () =>
    vi.waitFor(async () => expect(await sessions(`wait_event_type = 'Lock'`)).toHaveLength(1), {
      timeout: 20_000,
    });
  const importIsGone = () =>
    vi.waitFor(
      async () => expect(await sessions(`query LIKE '%current_postcode_dataset SET%'`)).toEqual([]),
      { timeout: 20_000 },
    );

  beforeEach(async () => {
    await runCommand(database, ['import', await release('AUG_2025')]);
  });

  it('killed, leaves the current version as it was, and the next command clears up', async () => {
    const holder = await heldUp();
    const running = startCommand(database, ['import', await release('NOV_2025')]);
    await importWaits();
    expect(await versions()).toEqual(['onspd-2025-08', 'onspd-2025-11']);
    running.process.kill('SIGKILL');
    await running.ended;
    await holder.query('ROLLBACK');
    await holder.end();
    await importIsGone();

    expect(await current()).toBe('onspd-2025-08');
    expect(await chunks()).toBe(2);
    const { out } = await runCommand(database, ['list']);
    expect(out).not.toContain('onspd-2025-11');
    expect([await versions(), await chunks()]).toEqual([['onspd-2025-08'], 1]);
    const again = await runCommand(database, ['import', await release('NOV_2025')]);
    expect(again.out).toContain('onspd-2025-11 answers now.');
  });

  it('interrupted, clears up itself', async () => {
    const holder = await heldUp();
    const running = startCommand(database, ['import', await release('NOV_2025')]);
    await importWaits();
    running.process.kill('SIGINT');
    await holder.query('ROLLBACK');
    await holder.end();
    expect(await running.ended).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/\nInterrupted\. The version in use is what it was\.\n$/),
    });
    expect([await current(), await versions()]).toEqual(['onspd-2025-08', ['onspd-2025-08']]);
  });

  it('keeps a second one out, and whatever it writes from being taken for a remnant', async () => {
    const holder = await heldUp();
    const running = startCommand(database, ['import', await release('NOV_2025')]);
    await importWaits();
    expect(await runCommand(database, ['import', await release('FEB_2026')])).toMatchObject({
      code: 1,
      err: 'Another import is running: wait for it, or stop it.',
    });
    const { err } = await runCommand(database, ['remove', 'onspd-2025-11']);
    expect(err).toBe('onspd-2025-11 is still being imported.');
    const { out } = await runCommand(database, ['list']);
    expect(out).toMatch(/onspd-2025-11[^]*\nAn import is running\.\n/);
    await holder.query('ROLLBACK');
    await holder.end();
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(await current()).toBe('onspd-2025-11');
  });
});
