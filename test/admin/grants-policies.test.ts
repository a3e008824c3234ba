import { v7 as uuidV7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mayGive, ROLES, type Role } from '../../src/organisers/permissions.js';
import { Database, type OrganiserManager } from '../../src/platform/database/database.js';
import { giveGrant, makeOrganiser, type OrganiserName } from '../factories/organisation.js';
import { type AdminStage, startAdminStage } from './support.js';

class Undo extends Error {}

/** What the statement itself is held to, whatever the application asks for. */
describe('the database, asked about grants as an organiser,', () => {
  let stage: AdminStage;
  beforeAll(async () => {
    stage = await startAdminStage();
  });
  afterAll(() => stage.close());

  const as = (who: OrganiserName) => stage.organisation.organisers[who].id;
  const unit = (slug: keyof AdminStage['organisation']['units']) =>
    stage.organisation.units[slug].id;
  const grantOf = async (who: OrganiserName): Promise<string> => {
    const [grant] = await stage.database.sql<{ id: string }>(
      'SELECT id FROM organiser_grant WHERE organiser_id = $1',
      [as(who)],
    );
    return grant?.id ?? '';
  };

  /** Runs statements in a transaction that is undone. @returns what the last one answered. */
  const attempt = async (
    organiserId: string,
    statements: readonly (readonly [string, unknown[]])[],
    { roles = ROLES, reading = false }: { roles?: readonly Role[]; reading?: boolean } = {},
  ): Promise<unknown> => {
    let answer: unknown;
    try {
      await stage.app
        .get(Database)
        .asOrganiser({ organiserId, roles, reading }, async (manager: OrganiserManager) => {
          for (const [text, values] of statements) answer = await manager.query(text, values);
          throw new Undo();
        });
    } catch (error) {
      if (error instanceof Undo) return answer;
      return (error as Error).message;
    }
    return answer;
  };
  const give = (who: string, to: string, role: Role, slug: Parameters<typeof unit>[0]) =>
    attempt(who, [
      [
        `INSERT INTO organiser_grant (id, organiser_id, role, unit_id)
         VALUES ($1, $2, $3, $4) RETURNING 1 AS given`,
        [uuidV7(), to, role, unit(slug)],
      ],
    ]);
  const GIVEN = [{ given: 1 }];

  it('lets a role be given by whom the table of permissions says', async () => {
    const [leeds, stranger] = [unit('leeds'), 'dpo' as const];
    for (const giver of ROLES) {
      const { id } = await makeOrganiser(stage.database, `giver-${giver}@example.org`, '-');
      const grant = await giveGrant(stage.database, id, giver, leeds);
      const asked = await attempt(id, [
        [
          `SELECT array_agg(role ORDER BY n) AS roles
             FROM unnest($1::text[]) WITH ORDINALITY AS asked (role, n) WHERE may_grant(role, $2)`,
          [[...ROLES], leeds],
        ],
      ]);
      const wanted = ROLES.filter((given) => mayGive(giver, given));
      expect([giver, asked]).toEqual([giver, [{ roles: wanted.length === 0 ? null : wanted }]]);
      for (const given of ROLES) {
        const outcome = await give(id, as(stranger), given, 'leeds');
        if (mayGive(giver, given)) expect([giver, given, outcome]).toEqual([giver, given, GIVEN]);
        else expect(outcome).toMatch(/row-level security/);
      }
      await stage.database.sql('DELETE FROM organiser_grant WHERE id = $1', [grant]);
    }
  });

  it('reaches as far as the giver’s own grant, and only while it holds', async () => {
    expect(await give(as('wales'), as('leeds'), 'branch_secretary', 'cardiff')).toEqual(GIVEN);
    expect(await give(as('wales'), as('cardiff'), 'regional_organiser', 'wales')).toEqual(GIVEN);
    for (const [role, slug] of [
      ['branch_secretary', 'leeds'],
      ['regional_organiser', 'yorkshire'],
      ['reader', 'national'],
      ['national_administrator', 'wales'],
    ] as const) {
      expect(await give(as('wales'), as('leeds'), role, slug)).toMatch(/row-level security/);
    }
    await stage.database.sql(
      `UPDATE organiser_grant SET valid_until = clock_now(),
              read_only_until = clock_now() + interval '1 day' WHERE organiser_id = $1`,
      [as('wales')],
    );
    expect(await give(as('wales'), as('leeds'), 'reader', 'cardiff')).toMatch(/row-level security/);
    await stage.database.sql(
      `UPDATE organiser_grant SET valid_until = NULL, read_only_until = NULL
        WHERE organiser_id = $1`,
      [as('wales')],
    );
  });

  it('lets nobody give to themselves, or lengthen what they have', async () => {
    const grant = await grantOf('wales');
    expect(await give(as('wales'), as('wales'), 'reader', 'cardiff')).toMatch(/row-level security/);
    await stage.database.sql(
      `UPDATE organiser_grant SET valid_until = clock_now() + interval '9 days' WHERE id = $1`,
      [grant],
    );
    const set = (change: string) =>
      attempt(as('wales'), [[`UPDATE organiser_grant SET ${change} WHERE id = $1`, [grant]]]);
    for (const change of [
      'valid_until = NULL',
      `valid_until = valid_until + interval '1 second'`,
      `valid_from = valid_from - interval '1 second'`,
      `read_only_until = valid_until + interval '1 second'`,
    ]) {
      expect(await set(change), change).toMatch(/nobody lengthens a grant of their own/);
    }
    expect(await set(`valid_until = valid_until - interval '1 day'`)).toEqual([[], 1]);
    await stage.database.sql('UPDATE organiser_grant SET valid_until = NULL WHERE id = $1', [
      grant,
    ]);
  });

  it('keeps the last national administrator, who alone may see to their own', async () => {
    const grant = await grantOf('national');
    const shorten = `UPDATE organiser_grant SET valid_until = clock_now() + interval '1 day'
      WHERE id = $1`;
    expect(await attempt(as('national'), [[shorten, [grant]]])).toMatch(
      /the last national administrator stays/,
    );
    expect(await give(as('national'), as('national'), 'treasurer', 'wales')).toEqual(GIVEN);
    const second = await giveGrant(
      stage.database,
      as('dpo'),
      'national_administrator',
      unit('national'),
    );
    expect(await attempt(as('national'), [[shorten, [grant]]])).toEqual([[], 1]);
    expect(await give(as('national'), as('national'), 'treasurer', 'wales')).toMatch(
      /row-level security/,
    );
    // A closed account administers nothing.
    await stage.database.sql('UPDATE organiser SET disabled_at = clock_now() WHERE id = $1', [
      as('dpo'),
    ]);
    expect(await attempt(as('national'), [[shorten, [grant]]])).toMatch(/last national/);
    await stage.database.sql('UPDATE organiser SET disabled_at = NULL WHERE id = $1', [as('dpo')]);
    await stage.database.sql('DELETE FROM organiser_grant WHERE id = $1', [second]);
  });

  it('leaves what was ended as it is, and lets nothing else of a grant be changed', async () => {
    const { id: holder } = await makeOrganiser(stage.database, 'left@example.org', '-');
    const grant = await giveGrant(stage.database, holder, 'reader', unit('cardiff'));
    const end = `UPDATE organiser_grant SET ended_at = clock_now(), valid_until = clock_now()
      WHERE id = $1`;
    const again = `UPDATE organiser_grant SET ended_at = NULL, valid_until = NULL WHERE id = $1`;
    expect(
      await attempt(as('wales'), [
        [end, [grant]],
        [again, [grant]],
      ]),
    ).toEqual([[], 0]);
    for (const statement of [
      'DELETE FROM organiser_grant WHERE id = $1',
      `UPDATE organiser_grant SET role = 'national_administrator' WHERE id = $1`,
      'UPDATE organiser_grant SET organiser_id = my_organiser_id() WHERE id = $1',
      'UPDATE organiser_grant SET unit_id = unit_id WHERE id = $1',
      'UPDATE organiser_grant SET version = 1 WHERE id = $1',
      'SELECT password_hash FROM organiser WHERE id = $1',
      'UPDATE organiser SET disabled_at = NULL WHERE id = $1',
    ]) {
      expect(await attempt(as('national'), [[statement, [grant]]])).toMatch(/permission denied/);
    }
  });

  it('shows grants and accounts of my units, to a treasurer those of treasurers', async () => {
    const seen = async (who: string, roles?: readonly Role[]) => {
      const rows = (await attempt(
        who,
        [
          [
            `SELECT o.email, g.role, u.slug FROM organiser_grant g
               JOIN unit u ON u.id = g.unit_id JOIN organiser o ON o.id = g.organiser_id
              WHERE o.email !~ '^(giver-|left)' ORDER BY o.email, g.role`,
            [],
          ],
        ],
        roles === undefined ? {} : { roles },
      )) as { email: string; role: string; slug: string }[];
      return rows.map(({ email, role, slug }) => `${email.split('@')[0]} ${role} ${slug}`);
    };
    const accounts = async (who: string) =>
      (
        (await attempt(who, [
          [`SELECT email FROM organiser WHERE email !~ '^(giver-|left)' ORDER BY email`, []],
        ])) as { email: string }[]
      ).map(({ email }) => email.split('@')[0]);
    expect(await seen(as('wales'))).toEqual([
      'cardiff branch_secretary cardiff',
      'wales regional_organiser wales',
    ]);
    expect(await accounts(as('wales'))).toEqual(['cardiff', 'wales']);
    expect(await seen(as('cardiff'))).toEqual(['cardiff branch_secretary cardiff']);
    expect(await accounts(as('cardiff'))).toEqual(['cardiff']);
    const treasurer = await giveGrant(stage.database, as('leeds'), 'treasurer', unit('leeds'));
    expect(await seen(as('treasurer'))).toEqual([
      'leeds treasurer leeds',
      'treasurer treasurer national',
    ]);
    await stage.database.sql('DELETE FROM organiser_grant WHERE id = $1', [treasurer]);
    expect(await seen(as('dpo'))).toEqual(['dpo data_protection_officer national']);
    expect(await seen(as('national'))).toHaveLength(7);
    expect(await accounts(as('national'))).toHaveLength(7);
    // Another role of theirs than the one that the request was let in for opens nothing.
    expect(await seen(as('wales'), ['reader'])).toEqual(['wales regional_organiser wales']);
  });

  it('lets a grant in its grace read what it reached, to the moment, and change nothing', async () => {
    const { id } = await makeOrganiser(stage.database, 'two-branches@example.org', '-');
    const graced = await giveGrant(stage.database, id, 'regional_organiser', unit('wales'));
    await giveGrant(stage.database, id, 'regional_organiser', unit('yorkshire'));
    const ends = (end: string, grace: string) =>
      stage.database.sql(
        `UPDATE organiser_grant SET valid_from = '2020-01-01', valid_until = $2, read_only_until = $3
          WHERE id = $1`,
        [graced, end, grace],
      );
    const stopClockAt = (moment: string) =>
      stage.database.sql(`
        CREATE OR REPLACE FUNCTION clock_now() RETURNS timestamptz
          LANGUAGE sql STABLE PARALLEL SAFE RETURN timestamptz '${moment}'`);
    await stage.database.sql(
      `UPDATE organiser_grant SET valid_from = '2020-01-01' WHERE organiser_id = $1`,
      [id],
    );
    await ends('2030-03-31T00:00:00Z', '2030-05-30T00:00:00Z');
    const reaches = async (reading: boolean) =>
      (
        (await attempt(
          id,
          [['SELECT u.slug FROM unit u WHERE u.id = ANY (my_units()) ORDER BY u.slug', []]],
          { reading },
        )) as { slug: string }[]
      ).map(({ slug }) => slug);
    const both = ['cardiff', 'leeds', 'swansea', 'wales', 'yorkshire'];
    const rest = ['leeds', 'yorkshire'];
    const at = async (moment: string) => {
      await stopClockAt(moment);
      return { read: await reaches(true), written: await reaches(false) };
    };
    expect(await at('2030-03-30T23:59:59.999999Z')).toEqual({ read: both, written: both });
    expect(await at('2030-03-31T00:00:00Z')).toEqual({ read: both, written: rest });
    const renamed = await attempt(id, [
      ['UPDATE unit SET name = name WHERE id = ANY ($1)', [[unit('cardiff'), unit('leeds')]]],
    ]);
    expect(renamed).toEqual([[], 1]);
    expect(await at('2030-05-29T23:59:59.999999Z')).toEqual({ read: both, written: rest });
    expect(await at('2030-05-30T00:00:00Z')).toEqual({ read: rest, written: rest });
    await stage.database.turnClock('0');
    await stage.database.sql('DELETE FROM organiser_grant WHERE organiser_id = $1', [id]);
  });

  it('takes a grant away in the middle of a transaction', async () => {
    const { id } = await makeOrganiser(stage.database, 'in-the-middle@example.org', '-');
    const grant = await giveGrant(stage.database, id, 'regional_organiser', unit('wales'));
    const counts = await stage.app
      .get(Database)
      .asOrganiser({ organiserId: id, roles: ROLES }, async (manager) => {
        const rename = () =>
          manager.query<[unknown[], number]>('UPDATE unit SET name = name WHERE id = $1', [
            unit('cardiff'),
          ]);
        const [, before] = await rename();
        await stage.database.sql(
          'UPDATE organiser_grant SET valid_until = clock_now(), ended_at = clock_now() WHERE id = $1',
          [grant],
        );
        const [, after] = await rename();
        return [before, after];
      });
    expect(counts).toEqual([1, 0]);
  });
});
