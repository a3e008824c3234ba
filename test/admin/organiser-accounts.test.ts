import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import {
  OrganiserExists,
  OrganiserRefused,
  OrganiserUnknown,
} from '../../src/organisers/organiser-accounts.errors.js';
import { type NewOrganiser, OrganiserAccounts } from '../../src/organisers/organiser-accounts.js';
import { DEMO_PASSWORD } from '../../src/platform/config/configuration.js';
import { ownerDataSource } from '../../src/platform/database/owner-data-source.js';
import { projectRoot } from '../../src/platform/project-root.js';
import { type AdminStage, bearer, startAdminStage } from './support.js';

describe('making organisers as the owner', () => {
  let stage: AdminStage;
  let owner: DataSource;
  let accounts: OrganiserAccounts;
  beforeAll(async () => {
    stage = await startAdminStage();
    owner = await ownerDataSource(stage.database.ownerUrl);
    accounts = new OrganiserAccounts(owner.manager);
  });
  afterAll(async () => {
    await owner.destroy();
    await stage.close();
  });

  const swansea: NewOrganiser = {
    email: 'Swansea@Example.org',
    name: 'Secretary of Swansea',
    role: 'branch_secretary',
    unitSlug: 'swansea',
    password: 'twelve or more',
  };
  const signIn = (email: string, password: string) =>
    stage.call().post('/v1/admin/sessions').send({ email, password });

  it('makes an account that can sign in, with its grant and its post', async () => {
    const made = await accounts.create(swansea);
    expect(made).toEqual({
      id: expect.any(String),
      email: 'swansea@example.org',
      role: 'branch_secretary',
      unit: { kind: 'branch', slug: 'swansea', name: 'Swansea' },
      office: 'branch_secretary',
    });
    const { body } = await signIn('swansea@example.org', 'twelve or more').expect(201);
    const me = await stage.call().get('/v1/admin/me').set(bearer(body.token)).expect(200);
    expect(me.body.grants).toMatchObject([{ role: 'branch_secretary', unit: { slug: 'swansea' } }]);
    const audit = await stage.database.sql(
      "SELECT actor_kind FROM audit_event WHERE action = 'organiser.created' AND subject_id = $1",
      [made.id],
    );
    expect(audit).toEqual([{ actor_kind: 'command_line' }]);
  });

  it('refuses an address that has an account and changes nothing', async () => {
    await expect(accounts.create({ ...swansea, name: 'Another' })).rejects.toThrow(OrganiserExists);
    const [row] = await stage.database.sql(
      "SELECT name FROM organiser WHERE email = 'swansea@example.org'",
    );
    expect(row).toEqual({ name: 'Secretary of Swansea' });
  });

  it('leaves a post to its holder', async () => {
    const made = await accounts.create({
      ...swansea,
      email: 'second@example.org',
      unitSlug: 'cardiff',
    });
    expect(made.office).toBeNull();
  });

  it('names every fault at once', async () => {
    const refused = await accounts
      .create({ email: 'nobody', name: ' ', role: 'king', unitSlug: 'x', password: 'short' })
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OrganiserRefused);
    expect((refused as OrganiserRefused).faults.map((fault) => fault.split(':')[0])).toEqual([
      'email',
      'name',
      'password',
      'role',
    ]);
  });

  it.each([
    [{ role: 'branch_secretary', unitSlug: 'wales' }, /goes with a branch/],
    [{ role: 'regional_organiser', unitSlug: undefined }, /needs the slug of a region/],
    [{ role: 'national_administrator', unitSlug: 'wales' }, /goes with a national/],
    [{ role: 'reader', unitSlug: 'nowhere' }, /there is no unit/],
    [{ password: DEMO_PASSWORD }, /demo organisation/],
    [{ password: 'x'.repeat(129) }, /12 to 128/],
  ])('refuses %j', async (change, reason) => {
    await expect(
      accounts.create({ ...swansea, email: 'third@example.org', ...change }),
    ).rejects.toThrow(reason);
  });

  describe('that are there', () => {
    const email = 'leaver@example.org';
    const address = 'Leaver@Example.org';
    const [first, second] = ['the first password', 'the second password'];
    let id: string;
    beforeAll(async () => {
      ({ id } = await accounts.create({ ...swansea, email, password: first }));
    });

    const session = async (password: string) =>
      ((await signIn(email, password).expect(201)).body as { token: string }).token;
    const me = (token: string, status: number) =>
      stage.call().get('/v1/admin/me').set(bearer(token)).expect(status);
    /** Two sessions that hold, and the one of somebody else. */
    const sessions = async (password: string) => {
      const tokens = [await session(password), await session(password)];
      for (const token of tokens) await me(token, 200);
      return { tokens, other: (await signIn('swansea@example.org', swansea.password)).body.token };
    };
    const trail = async () => {
      const rows = await stage.database.sql<{ action: string }>(
        `SELECT action FROM audit_event
          WHERE subject_kind = 'organiser' AND subject_id = $1 AND actor_kind = 'command_line'
          ORDER BY at`,
        [id],
      );
      return rows.map(({ action }) => action);
    };

    it('sign-out ends every session of the account at once, and no other', async () => {
      const { tokens, other } = await sessions(first);
      expect(await accounts.signOut(address)).toEqual({ email, sessions: 2 });
      for (const token of tokens) await me(token, 401);
      await me(other, 200);
      await me(await session(first), 200);
      expect((await trail()).at(-1)).toBe('organiser.signed_out');
    });

    it('set-password ends the sessions, and only the new one signs in', async () => {
      const { tokens, other } = await sessions(first);
      expect(await accounts.setPassword(address, second)).toMatchObject({ email });
      for (const token of tokens) await me(token, 401);
      await me(other, 200);
      await signIn(email, first).expect(401);
      await me(await session(second), 200);
      expect((await trail()).at(-1)).toBe('organiser.password_set');
    });

    it.each([
      ['too short', 'x'.repeat(11)],
      ['too long', 'x'.repeat(129)],
      ['the demo’s', DEMO_PASSWORD],
    ])('set-password refuses one that is %s, and nobody is signed out', async (_, password) => {
      const token = await session(second);
      const before = await trail();
      await expect(accounts.setPassword(email, password)).rejects.toThrow(OrganiserRefused);
      await me(token, 200);
      expect(await trail()).toEqual(before);
    });

    it('disable ends the sessions and sign-in, until enable, which revives no session', async () => {
      const { tokens, other } = await sessions(second);
      await accounts.disable(address);
      for (const token of tokens) await me(token, 401);
      await me(other, 200);
      await signIn(email, second).expect(401);

      const closedAt = () =>
        stage.database.sql('SELECT disabled_at FROM organiser WHERE id = $1', [id]);
      const before = await closedAt();
      await accounts.disable(address);
      expect(await closedAt()).toEqual(before);
      // A new password opens no account.
      await accounts.setPassword(address, second);
      expect(await closedAt()).toEqual(before);

      await accounts.enable(address);
      for (const token of tokens) await me(token, 401);
      await me(await session(second), 200);
      expect((await trail()).slice(-4)).toEqual([
        'organiser.disabled',
        'organiser.disabled',
        'organiser.password_set',
        'organiser.enabled',
      ]);
    });

    it('enable ends a session that began while the account was disabled', async () => {
      const token = await session(second);
      await accounts.disable(email);
      // As of a sign-in that had read the account just before.
      await stage.database.sql(
        'UPDATE organiser_session SET revoked_at = NULL WHERE organiser_id = $1',
        [id],
      );
      await me(token, 401);
      expect((await accounts.enable(email)).sessions).toBeGreaterThan(0);
      await me(token, 401);
    });

    it('waits for a session that is just being made, and ends it', async () => {
      const making = await ownerDataSource(stage.database.ownerUrl);
      const runner = making.createQueryRunner();
      await runner.startTransaction();
      await runner.query(
        `INSERT INTO organiser_session (id, organiser_id, token_hash, expires_at)
         VALUES (gen_random_uuid(), $1, '\\x00', clock_now() + interval '1 hour')`,
        [id],
      );
      const signedOut = accounts.signOut(email);
      await expect
        .poll(() =>
          stage.database.sql(
            `SELECT count(*)::int AS waiting FROM pg_stat_activity
              WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          ),
        )
        .toEqual([{ waiting: 1 }]);
      await runner.commitTransaction();
      await runner.release();
      await making.destroy();
      await signedOut;
      const left = await stage.database.sql(
        'SELECT id FROM organiser_session WHERE organiser_id = $1 AND revoked_at IS NULL',
        [id],
      );
      expect(left).toEqual([]);
    });

    it.each([
      ['disable', (one: OrganiserAccounts) => one.disable('unknown@example.org')],
      ['enable', (one: OrganiserAccounts) => one.enable('unknown@example.org')],
      [
        'set-password',
        (one: OrganiserAccounts) => one.setPassword('unknown@example.org', 'twelve or more'),
      ],
      ['sign-out', (one: OrganiserAccounts) => one.signOut('unknown@example.org')],
    ])('%s knows no account of an unknown address', async (_, change) => {
      await expect(change(accounts)).rejects.toThrow(OrganiserUnknown);
    });

    it('obey the command line, which says what it did', async () => {
      const token = await session(second);
      expect(await cli(['organiser', 'set-password', '--email', address], `${first}\n`)).toEqual({
        code: 0,
        out: `${email} has a new password. Sessions ended: 1.\n`,
        err: '',
      });
      await me(token, 401);
      const again = await session(first);
      expect(await cli(['organiser', 'sign-out', '--email', email])).toMatchObject({
        code: 0,
        out: `${email} is signed out. Sessions ended: 1.\n`,
      });
      await me(again, 401);
      const last = await session(first);
      expect(await cli(['organiser', 'disable', '--email', email])).toMatchObject({
        code: 0,
        out: `${email} is disabled. Sessions ended: 1.\n`,
      });
      await me(last, 401);
      expect(await cli(['organiser', 'enable', '--email', email])).toMatchObject({
        code: 0,
        out: `${email} may sign in.\n`,
      });
      await session(first);
    });

    it.each(['disable', 'enable', 'set-password', 'sign-out'])(
      'are not mistaken for an unknown one by %s: a sentence and code 1',
      async (command) => {
        const input = 'twelve or more\n';
        expect(await cli(['organiser', command, '--email', 'Unknown@example.org'], input)).toEqual({
          code: 1,
          out: '',
          err: 'There is no organiser with the address unknown@example.org.\n',
        });
      },
    );
  });

  const cli = (args: readonly string[], input = '') =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const env = { ...process.env, DATABASE_OWNER_URL: stage.database.ownerUrl, DATABASE_URL: '' };
      const child = execFile(
        process.execPath,
        [join(projectRoot, 'dist', 'src', 'cli.js'), ...args],
        { env },
        (error, out, err) =>
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      );
      // A command that reads none may be gone before it is written.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input);
    });

  it('makes the demo’s accounts again and again without change', async () => {
    await stage.database.sql('TRUNCATE organiser CASCADE');
    const state = () =>
      stage.database.sql(`
        SELECT o.email, g.role, u.slug, p.office
          FROM organiser o JOIN organiser_grant g ON g.organiser_id = o.id
          JOIN unit u ON u.id = g.unit_id LEFT JOIN post p ON p.holder_id = o.id
         ORDER BY 1, 2`);
    await accounts.ensureDemoOrganisers('organise-together');
    const first = await state();
    await accounts.ensureDemoOrganisers('organise-together');
    expect(await state()).toEqual(first);
    expect(first).toEqual([
      {
        email: 'dpo@example.org',
        role: 'data_protection_officer',
        slug: 'national',
        office: 'data_protection_officer',
      },
      {
        email: 'national@example.org',
        role: 'national_administrator',
        slug: 'national',
        office: 'national_office',
      },
      { email: 'treasurer@example.org', role: 'treasurer', slug: 'national', office: 'treasurer' },
      {
        email: 'wales@example.org',
        role: 'regional_organiser',
        slug: 'wales',
        office: 'regional_organiser',
      },
      {
        email: 'yorkshire@example.org',
        role: 'regional_organiser',
        slug: 'yorkshire',
        office: 'regional_organiser',
      },
    ]);
    const { body } = await signIn('dpo@example.org', 'organise-together').expect(201);

    await accounts.ensureDemoOrganisers('another password');
    await signIn('dpo@example.org', 'organise-together').expect(401);
    await signIn('dpo@example.org', 'another password').expect(201);
    // A password that was changed takes the sessions of the old one with it.
    await stage.call().get('/v1/admin/me').set(bearer(body.token)).expect(401);
  });

  it('is not for the application’s login', async () => {
    const source = await new DataSource({
      type: 'postgres',
      url: stage.database.url,
      installExtensions: false,
    }).initialize();
    await expect(
      new OrganiserAccounts(source.manager).create({ ...swansea, email: 'fourth@example.org' }),
    ).rejects.toThrow(/permission denied/);
    await source.destroy();
  });
});
