import type { EntityManager } from 'typeorm';
import { recordCommand } from '../audit/audit.js';
import { emailAddress, text } from '../platform/http/text.schema.js';
import type { Office } from '../units/office.js';
import { DEMO_ORGANISERS } from './demo-organisers.js';
import {
  OrganiserExists,
  OrganiserRefused,
  OrganiserUnknown,
} from './organiser-accounts.errors.js';
import { type GrantedUnit, OrganiserAccountsRepository } from './organiser-accounts.repository.js';
import { PasswordRules } from './password-rules.js';
import { Passwords } from './passwords.js';
import { ROLES, type Role } from './permissions.js';
import { KIND_OF_ROLE, OFFICE_OF_ROLE } from './role-places.js';

/** An account as somebody at the command line asks for it. */
export interface NewOrganiser {
  email: string;
  name: string;
  role: string;
  /** Slug of the region or branch, `branch:leeds` where both have it; none: the national office. */
  unitSlug?: string | undefined;
  password: string;
}

/** What was made. */
export interface CreatedOrganiser {
  id: string;
  email: string;
  role: Role;
  unit: { kind: GrantedUnit['kind']; slug: string; name: string };
  /** The office that was filled with it; null where the role has none, or another holds it. */
  office: Office | null;
}

/** Whose sessions have ended. */
export interface EndedSessions {
  /** As it is kept, in lower case. */
  email: string;
  /** How many were still in use. */
  sessions: number;
}

/**
 * Makes, closes and opens organisers' accounts for whoever runs the command line. Works on the
 * owner's connection: the application's login makes accounts of invitations alone.
 */
export class OrganiserAccounts {
  constructor(
    /** Of a data source that signs in with the owner's URL and takes the role branchline_owner. */
    private readonly owner: EntityManager,
    private readonly passwords = new Passwords(),
    private readonly rules = new PasswordRules(),
  ) {}

  /**
   * Makes an account with its grant, and fills the office that goes with the role while it is
   * vacant.
   *
   * @throws OrganiserRefused naming every fault at once; OrganiserExists for a known address.
   */
  async create(input: NewOrganiser): Promise<CreatedOrganiser> {
    return this.owner.transaction(async (manager) => {
      const repository = new OrganiserAccountsRepository(manager);
      const { email, name, role, unit } = await this.checked(repository, input);
      const passwordHash = await this.passwords.hash(input.password);
      const id = await repository.insertAccount({ email, name, passwordHash });
      if (id === undefined) throw new OrganiserExists(email);
      await repository.grant(id, role, unit.id);
      const office = await fillOffice(repository, role, unit.id, id);
      for (const action of ['organiser.created', `grant.${role}_given`]) {
        await recordCommand(manager, action, 'organiser', id);
      }
      return {
        id,
        email,
        role,
        unit: { kind: unit.kind, slug: unit.slug, name: unit.name },
        office,
      };
    });
  }

  /**
   * Closes an account: nobody can sign in to it, and its sessions end at once. Its grants and posts
   * stay, but notices of duties pass it by.
   *
   * @throws OrganiserUnknown.
   */
  async disable(email: string): Promise<EndedSessions> {
    return this.change(email, 'organiser.disabled', (repository, id) => repository.disable(id));
  }

  /**
   * Opens an account again. Sessions of before stay ended.
   *
   * @throws OrganiserUnknown.
   */
  async enable(email: string): Promise<EndedSessions> {
    return this.change(email, 'organiser.enabled', (repository, id) => repository.enable(id));
  }

  /**
   * Gives an account another password and ends its sessions. A closed account stays closed.
   *
   * @throws OrganiserRefused for a password that `create` would refuse; OrganiserUnknown.
   */
  async setPassword(email: string, password: string): Promise<EndedSessions> {
    const repository = new OrganiserAccountsRepository(this.owner);
    const faults = await this.passwordFaults(repository, password, [email]);
    if (faults.length > 0) throw new OrganiserRefused(faults);
    const hash = await this.passwords.hash(password);
    return this.change(email, 'organiser.password_set', (accounts, id) =>
      accounts.replacePassword(id, hash),
    );
  }

  /**
   * Ends the sessions of an account, which may sign in again.
   *
   * @throws OrganiserUnknown.
   */
  async signOut(email: string): Promise<EndedSessions> {
    return this.change(email, 'organiser.signed_out', () => Promise.resolve());
  }

  /**
   * Makes the demo's accounts as far as the organisation has their units, and gives them this
   * password if they have another. Running it again changes nothing.
   */
  async ensureDemoOrganisers(password: string): Promise<void> {
    await this.owner.transaction(async (manager) => {
      const repository = new OrganiserAccountsRepository(manager);
      for (const { email, name, role, unitSlug } of DEMO_ORGANISERS) {
        const kind = KIND_OF_ROLE[role] ?? 'national';
        const unit = (await repository.units(unitSlug)).find((one) => one.kind === kind);
        if (unit === undefined) continue;
        const id = await this.ensureAccount(repository, { email, name, password });
        await repository.grant(id, role, unit.id);
        await fillOffice(repository, role, unit.id, id);
      }
    });
  }

  /** One change of an account, with the end of its sessions and an entry in the audit trail. */
  private async change(
    address: string,
    action: string,
    change: (repository: OrganiserAccountsRepository, id: string) => Promise<void>,
  ): Promise<EndedSessions> {
    const email = address.trim().toLowerCase();
    return this.owner.transaction(async (manager) => {
      const repository = new OrganiserAccountsRepository(manager);
      const id = await repository.lockAccount(email);
      if (id === undefined) throw new OrganiserUnknown(email);
      await change(repository, id);
      const sessions = await repository.endSessions(id);
      await recordCommand(manager, action, 'organiser', id);
      return { email, sessions };
    });
  }

  private async ensureAccount(
    repository: OrganiserAccountsRepository,
    { email, name, password }: { email: string; name: string; password: string },
  ): Promise<string> {
    const known = await repository.account(email);
    if (known !== undefined) {
      if (!(await this.passwords.fits(known.passwordHash, password))) {
        await repository.replacePassword(known.id, await this.passwords.hash(password));
        await repository.endSessions(known.id);
      }
      return known.id;
    }
    const passwordHash = await this.passwords.hash(password);
    const id = await repository.insertAccount({ email, name, passwordHash });
    if (id === undefined) throw new OrganiserExists(email);
    return id;
  }

  private async checked(repository: OrganiserAccountsRepository, input: NewOrganiser) {
    const faults: string[] = [];
    const email = emailAddress().safeParse(input.email);
    if (!email.success) faults.push(`email: ${email.error.issues[0]?.message}`);
    const name = text({ max: 200, needed: 'Give the name of the organiser.' }).safeParse(
      input.name,
    );
    if (!name.success) faults.push(`name: ${name.error.issues[0]?.message}`);
    faults.push(
      ...(await this.passwordFaults(repository, input.password, [input.name, input.email])),
    );
    const role = ROLES.find((one) => one === input.role);
    if (role === undefined) faults.push(`role: must be one of ${ROLES.join(', ')}`);
    const unit = role === undefined ? undefined : await unitFor(repository, role, input.unitSlug);
    if (typeof unit === 'string') faults.push(`unit: ${unit}`);
    if (email.success) {
      const address = email.data.toLowerCase();
      if ((await repository.account(address)) !== undefined) throw new OrganiserExists(address);
      if (faults.length === 0 && name.success && role !== undefined && typeof unit === 'object') {
        return { email: address, name: name.data, role, unit };
      }
    }
    throw new OrganiserRefused(faults);
  }

  /** What is wrong with a password, by the rules that everybody's has to keep. */
  private async passwordFaults(
    repository: OrganiserAccountsRepository,
    password: string,
    own: readonly string[],
  ): Promise<string[]> {
    const organisation = (await repository.units(undefined)).map(({ name }) => name);
    const fault = await this.rules.faultOf(password, [...own, ...organisation]);
    return fault === undefined ? [] : [`password: ${fault.message}`];
  }
}

async function fillOffice(
  repository: OrganiserAccountsRepository,
  role: Role,
  unitId: string,
  organiserId: string,
): Promise<Office | null> {
  const office = OFFICE_OF_ROLE[role];
  if (office === undefined) return null;
  return (await repository.fillPost(unitId, office, organiserId)) ? office : null;
}

/** The unit that is meant, or a sentence that says why none is. */
async function unitFor(
  repository: OrganiserAccountsRepository,
  role: Role,
  wanted: string | undefined,
): Promise<GrantedUnit | string> {
  const [, prefix, slug] = /^(?:(national|region|branch):)?(.*)$/s.exec(wanted ?? '') ?? [];
  const kind = KIND_OF_ROLE[role];
  if ((slug === undefined || slug === '') && kind !== undefined && kind !== 'national') {
    return `${role} needs the slug of a ${kind}`;
  }
  const named = await repository.units(slug === '' ? undefined : slug);
  const fitting = named.filter(
    (unit) =>
      (kind === undefined || unit.kind === kind) && (prefix === undefined || unit.kind === prefix),
  );
  const [unit] = fitting;
  if (fitting.length > 1)
    return `“${slug}” is a region and a branch: say region:${slug} or branch:${slug}`;
  if (unit !== undefined) return unit;
  if (slug === undefined || slug === '')
    return 'there is no national office; import the organisation';
  if (named.length > 0 && kind !== undefined)
    return `${role} goes with a ${kind}, not with “${slug}”`;
  return `there is no unit “${slug}”`;
}
