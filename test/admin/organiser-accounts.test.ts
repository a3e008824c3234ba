import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import {
  OrganiserExists,
  OrganiserRefused,
} from '../../src/organisers/organiser-accounts.errors.js';
import { type NewOrganiser, OrganiserAccounts } from '../../src/organisers/organiser-accounts.js';
import { DEMO_PASSWORD } from '../../src/platform/config/configuration.js';
import { ownerDataSource } from '../../src/platform/database/owner-data-source.js';
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
