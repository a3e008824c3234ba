import { v7 as uuidV7 } from 'uuid';
import { AccountLinks } from '../../../src/accounts/account-links.js';
import type { Role } from '../../../src/organisers/permissions.js';
import { TEST_PASSWORD } from '../../factories/organisation.js';
import { CodeApp, enrol, StageClock } from '../factors.js';
import { type AdminStage, bearer } from '../support.js';
import { type Caller, openSession, UNIT_OF_LEVEL } from './caller.js';
import type { Place } from './subjects.js';

/** When a grant begins and ends, in hours from now; it began yesterday, and has no end. */
interface Hours {
  readonly from?: number;
  readonly until?: number;
}

/** The role of whom a caller is asked about: one that they may give, if they may give any. */
export function colleaguesRole({ role }: Caller): Role {
  return role === 'treasurer' ? 'treasurer' : 'reader';
}

/** A time so many hours from now. */
export function hoursAhead(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString();
}

/** Makes accounts and what belongs to them, each time anew. */
export class Accounts {
  private made = 0;
  private readonly clock: StageClock;

  constructor(private readonly stage: AdminStage) {
    this.clock = new StageClock(stage);
  }

  /** An address that nobody has. */
  address(): string {
    this.made += 1;
    return `somebody-${this.made}@example.org`;
  }

  /** Somebody with one grant, on the branch of a place. */
  async colleague({ branch }: Place, role: Role, hours: Hours = {}) {
    const email = this.address();
    const id = await this.account(email);
    return { id, email, grantId: await this.grant(id, role, branch.id, hours) };
  }

  /** Somebody with the role of a caller on the same unit, whose password is known, signed in. */
  async twinOf({ role, level }: Caller): Promise<{ id: string; token: string }> {
    const id = await this.account(this.address());
    await this.grant(id, role, this.stage.organisation.units[UNIT_OF_LEVEL[level]].id);
    return { id, token: (await openSession(this.stage.database, id)).token };
  }

  /** Gives an account a second factor that nobody has the secret of. */
  async secondFactor(id: string): Promise<void> {
    await this.sql(
      `INSERT INTO organiser_second_factor (organiser_id, secret, on_since)
       VALUES ($1, '\\x00', clock_now())`,
      [id],
    );
  }

  /** Begins to set up a second factor. @returns the code that confirms it. */
  async codeOfBegun(token: string): Promise<string> {
    const { body } = await this.stage
      .call()
      .post('/v1/admin/me/second-factor')
      .set(bearer(token))
      .send({ password: TEST_PASSWORD })
      .expect(201);
    return new CodeApp(this.clock).scan((body as { secret: string }).secret).code();
  }

  /** Sets up a second factor. @returns its recovery codes. */
  async enrolled(token: string): Promise<string[]> {
    return (await enrol(this.stage, token, this.clock)).recoveryCodes;
  }

  /** An open invitation of the national office to a role on the branch of a place. */
  async invitation({ branch }: Place, role: Role): Promise<string> {
    const id = uuidV7();
    await this.sql(
      `INSERT INTO organiser_invitation (id, email, name, role, unit_id, invited_by, expires_at)
       VALUES ($1, $2, 'Somebody', $3, $4, $5, clock_now() + interval '1 day')`,
      [id, this.address(), role, branch.id, this.stage.organisation.organisers.national.id],
    );
    return id;
  }

  /** What came by mail with an invitation. */
  async invitationToken(place: Place): Promise<string> {
    return tokenOf(this.links.invitationUrl(await this.invitation(place, 'reader')));
  }

  /** What came by mail when somebody like the caller had forgotten their password. */
  async resetToken(caller: Caller): Promise<string> {
    const { id: organiserId } = await this.twinOf(caller);
    const expiresAt = new Date(Date.now() + 3_600_000);
    return tokenOf(this.links.resetUrl({ organiserId, credentialsVersion: 1, expiresAt }));
  }

  /** A cover by a reader of the branch, as it is asked for. */
  async cover(place: Place): Promise<object> {
    const { id } = await this.colleague(place, 'reader');
    return { organiserId: id, from: hoursAhead(0), until: hoursAhead(24) };
  }

  /** A cover of a post by a reader of its branch. */
  async covering(postId: string, place: Place): Promise<string> {
    const id = uuidV7();
    await this.sql(
      `INSERT INTO post_cover (id, post_id, organiser_id, valid_from, valid_until)
       VALUES ($1, $2, $3, clock_now(), clock_now() + interval '1 day')`,
      [id, postId, (await this.colleague(place, 'reader')).id],
    );
    return id;
  }

  private get links(): AccountLinks {
    return this.stage.app.get(AccountLinks, { strict: false });
  }

  /** An open account with the password of tests. */
  private async account(email: string): Promise<string> {
    const id = uuidV7();
    await this.sql(
      `INSERT INTO organiser (id, email, name, password_hash)
       SELECT $1, $2, 'Somebody', password_hash FROM organiser WHERE id = $3`,
      [id, email, this.stage.organisation.organisers.dpo.id],
    );
    return id;
  }

  private async grant(
    holder: string,
    role: Role,
    unitId: string,
    { from = -24, until }: Hours = {},
  ) {
    const id = uuidV7();
    await this.sql(
      `INSERT INTO organiser_grant (id, organiser_id, role, unit_id, valid_from, valid_until)
       VALUES ($1, $2, $3, $4, clock_now() + make_interval(hours => $5),
               clock_now() + make_interval(hours => $6))`,
      [id, holder, role, unitId, from, until ?? null],
    );
    return id;
  }

  private sql(text: string, values: unknown[]): Promise<unknown[]> {
    return this.stage.database.sql(text, values);
  }
}

function tokenOf(url: string): string {
  return url.split('/').at(-1) ?? '';
}
