import { v7 as uuidV7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database, type OrganiserManager } from '../../src/platform/database/database.js';
import { ROLES, type Role } from '../../src/organisers/permissions.js';
import { giveGrant, makeOrganiser, type OrganiserName } from '../factories/organisation.js';
import { type AdminStage, startAdminStage } from './support.js';

/** What the statement itself is held to, whatever the application asks for. */
describe('the database, asked to change the organisation as an organiser,', () => {
  let stage: AdminStage;
  beforeAll(async () => {
    stage = await startAdminStage();
    for (const [unit, prefix] of [
      ['cardiff', 'CF10'],
      ['leeds', 'LS6'],
      ['wales', 'CF'],
    ] as const) {
      const { id, kind } = stage.organisation.units[unit];
      await stage.database.sql(
        'INSERT INTO coverage_rule (id, prefix, unit_id, unit_kind) VALUES ($1, $2, $3, $4)',
        [uuidV7(), prefix, id, kind],
      );
    }
  });
  afterAll(() => stage.close());

  /** Runs a statement in a transaction that is undone. @returns how many rows it touched. */
  const attempt = async (
    organiserId: string,
    statement: string,
    values: unknown[],
    roles: readonly string[] = ROLES,
  ): Promise<number | string> => {
    class Undo extends Error {}
    let touched = -1;
    try {
      await stage.app
        .get(Database)
        .asOrganiser({ organiserId, roles }, async (manager: OrganiserManager) => {
          const answer = await manager.query<unknown>(statement, values);
          // An update or deletion answers rows and their number, an insertion its rows.
          touched =
            Array.isArray(answer) && typeof answer[1] === 'number'
              ? answer[1]
              : (answer as unknown[]).length;
          throw new Undo();
        });
    } catch (error) {
      if (error instanceof Undo) return touched;
      return (error as Error).message;
    }
    return touched;
  };
  const as = (who: OrganiserName) => stage.organisation.organisers[who].id;
  const unit = (slug: keyof AdminStage['organisation']['units']) =>
    stage.organisation.units[slug].id;

  const CHANGES = {
    rename: ['UPDATE unit SET name = name WHERE id = $1'],
    'take rules from': ['DELETE FROM coverage_rule WHERE unit_id = $1'],
    'empty the posts of': ['UPDATE post SET holder_id = NULL WHERE unit_id = $1'],
  } as const;

  it.each(Object.entries(CHANGES))(
    'lets the national office %s every unit, a region’s organiser its branches, others none',
    async (_what, [statement]) => {
      const touched = async (who: OrganiserName) =>
        (
          await Promise.all(
            (['national', 'wales', 'cardiff', 'swansea', 'leeds'] as const).map(async (slug) =>
              ((await attempt(as(who), statement, [unit(slug)])) as number) > 0 ? slug : undefined,
            ),
          )
        ).filter((slug) => slug !== undefined);
      const all = (
        await stage.database.sql<{ slug: string }>(
          statement.startsWith('DELETE')
            ? 'SELECT DISTINCT slug FROM unit u JOIN coverage_rule r ON r.unit_id = u.id'
            : statement.includes('post')
              ? 'SELECT DISTINCT slug FROM unit u JOIN post p ON p.unit_id = u.id'
              : 'SELECT slug FROM unit',
        )
      ).map(({ slug }) => slug);
      const order = ['national', 'wales', 'cardiff', 'swansea', 'leeds'];
      expect(await touched('national')).toEqual(order.filter((slug) => all.includes(slug)));
      expect(await touched('wales')).toEqual(
        ['cardiff', 'swansea'].filter((slug) => all.includes(slug)),
      );
      for (const who of ['cardiff', 'treasurer', 'dpo'] as const) {
        expect([who, await touched(who)]).toEqual([who, []]);
      }
    },
  );

  const addUnit = `INSERT INTO unit (id, kind, parent_id, slug, name) VALUES ($1, $2, $3, 'new', 'N')
    RETURNING id`;
  it.each<[OrganiserName, 'region' | 'branch', 'national' | 'wales' | 'yorkshire', boolean]>([
    ['national', 'region', 'national', true],
    ['national', 'branch', 'yorkshire', true],
    ['wales', 'branch', 'wales', true],
    ['wales', 'branch', 'yorkshire', false],
    ['wales', 'region', 'national', false],
    ['wales', 'region', 'wales', false],
    ['cardiff', 'branch', 'wales', false],
    ['treasurer', 'branch', 'wales', false],
    ['treasurer', 'region', 'national', false],
  ])('and %s to make a %s below %s: %s', async (who, kind, above, may) => {
    const outcome = await attempt(as(who), addUnit, [uuidV7(), kind, unit(above)]);
    if (may) expect(outcome).toBe(1);
    else expect(outcome).toMatch(/row-level security/);
  });

  const addRule = `INSERT INTO coverage_rule (id, kind, prefix, unit_id, unit_kind)
    VALUES ($1, 'postcode', 'ZE1', $2, $3) RETURNING id`;
  it.each<[OrganiserName, 'wales' | 'cardiff' | 'leeds' | 'national', string, boolean]>([
    ['national', 'wales', 'region', true],
    ['national', 'leeds', 'branch', true],
    ['wales', 'cardiff', 'branch', true],
    ['wales', 'cardiff', 'region', false],
    ['wales', 'wales', 'region', false],
    ['wales', 'leeds', 'branch', false],
    ['cardiff', 'cardiff', 'branch', false],
    ['treasurer', 'cardiff', 'branch', false],
  ])('and %s to give %s a rule as a %s: %s', async (who, slug, kind, may) => {
    const outcome = await attempt(as(who), addRule, [uuidV7(), unit(slug), kind]);
    if (may) expect(outcome).toBe(1);
    else expect(outcome).toMatch(/row-level security/);
  });

  it.each([
    'UPDATE unit SET parent_id = $1',
    'UPDATE unit SET slug = $1::text',
    'UPDATE unit SET kind = $1::text',
    'UPDATE unit SET demo = $1::uuid IS NULL',
    'DELETE FROM unit WHERE id = $1',
    'UPDATE coverage_rule SET unit_id = $1',
    'UPDATE post SET unit_id = $1',
    'UPDATE post SET version = length($1::text)',
    'DELETE FROM post WHERE id = $1',
    'DELETE FROM idempotency_key WHERE scope = $1::text',
    'DELETE FROM organiser_grant WHERE id = $1',
    'UPDATE organiser_grant SET unit_id = $1',
    'DELETE FROM post_cover WHERE id = $1',
    'UPDATE post_cover SET organiser_id = $1',
  ])('lets nobody: %s', async (statement) => {
    expect(await attempt(as('national'), statement, [unit('leeds')])).toMatch(/permission denied/);
  });

  it('counts only the roles that carry the permission, and that may change units', async () => {
    const organiser = await makeOrganiser(stage.database, 'two-hats@example.org');
    await giveGrant(stage.database, organiser.id, 'treasurer', unit('national'));
    await giveGrant(stage.database, organiser.id, 'regional_organiser', unit('wales'));
    const rename = (slug: 'cardiff' | 'leeds', roles: Role[]) =>
      attempt(organiser.id, CHANGES.rename[0], [unit(slug)], roles);
    expect(await rename('cardiff', ['regional_organiser'])).toBe(1);
    expect(await rename('cardiff', ['treasurer'])).toBe(0);
    expect(await rename('leeds', ['treasurer', 'regional_organiser'])).toBe(0);
    await stage.database.sql('UPDATE organiser_grant SET valid_until = clock_now()');
    expect(await rename('cardiff', ['regional_organiser'])).toBe(0);
    await stage.database.sql('UPDATE organiser_grant SET valid_until = NULL');
  });

  it('keeps the answers of each organiser’s keys apart', async () => {
    const keep = `INSERT INTO idempotency_key (scope, key_hash, input_hash, response, expires_at)
      VALUES ($1, '\\x00', '\\x00', '{}', clock_now()) RETURNING scope`;
    expect(await attempt(as('wales'), keep, [`admin:${as('wales')}:branches`])).toBe(1);
    for (const scope of [`admin:${as('national')}:branches`, `join:${as('wales')}`, 'join:join']) {
      expect(await attempt(as('wales'), keep, [scope])).toMatch(/row-level security/);
    }
    await stage.database.sql(keep, [`admin:${as('national')}:branches`]);
    const count = 'SELECT scope FROM idempotency_key WHERE length($1::text) > 0';
    expect(await attempt(as('wales'), count, ['x'])).toBe(0);
    expect(await attempt(as('national'), count, ['x'])).toBe(1);
  });

  it('tells names of officers of my posts, and of nobody else', async () => {
    const name = async (who: OrganiserName, of: OrganiserName) => {
      const [row] = await stage.app
        .get(Database)
        .asOrganiser({ organiserId: as(who), roles: ROLES }, (manager) =>
          manager.query<{ name: string | null }[]>('SELECT officer_name($1) AS name', [as(of)]),
        );
      return row?.name ?? null;
    };
    expect(await name('wales', 'cardiff')).toBe('Organiser cardiff');
    expect(await name('wales', 'leeds')).toBeNull();
    expect(await name('cardiff', 'wales')).toBeNull();
    expect(await name('national', 'leeds')).toBe('Organiser leeds');
  });

  it('takes only codes of their kind', async () => {
    for (const [kind, prefix] of [
      ['ward', 'M14'],
      ['ward', 'E14001350'],
      ['constituency', 'E05011347'],
      ['local_authority', 'E12000002'],
      ['postcode', 'E05011347'],
      ['county', 'E10000017'],
    ]) {
      await expect(
        stage.database.sql(
          `INSERT INTO coverage_rule (id, kind, prefix, unit_id, unit_kind)
           VALUES ($1, $2, $3, $4, 'branch')`,
          [uuidV7(), kind, prefix, unit('leeds')],
        ),
        `${kind} ${prefix}`,
      ).rejects.toThrow(/coverage_rule_code_of_kind/);
    }
  });
});
