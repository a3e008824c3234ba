import type { Test } from 'supertest';
import { AccountLinks } from '../../src/accounts/account-links.js';
import { type AdminStage, bearer, startAdminStage } from '../admin/support.js';
import type { OrganiserName, UnitSlug } from '../factories/organisation.js';

/** A password that may be chosen. */
export const NEW_PASSWORD = 'four socks in my hat';

/** What an invitation was answered with, as far as tests need it. */
export interface Invited {
  readonly id: string;
  readonly email: string;
}

/** The admin stage with the words in which these tests speak of accounts. */
export interface AccountsStage extends AdminStage {
  /** A request of one of the organisers of the stage. */
  as(name: OrganiserName): Promise<{
    get(path: string): Test;
    post(path: string, body?: object): Test;
    patch(path: string, body: object, version: number): Test;
    delete(path: string): Test;
  }>;
  /** Invites somebody as the national office, unless somebody else is named. */
  invite(
    input: { email: string; role?: string; unit?: UnitSlug } & Record<string, unknown>,
    by?: OrganiserName,
  ): Promise<Invited>;
  /** The token of the link to an invitation. */
  invitationToken(id: string): string;
  /** The token of a link that resets the password of an account as it is now. */
  resetToken(email: string, minutes?: number): Promise<string>;
  accept(id: string, password?: string): Test;
  /** The actions that the trail tells of a record, the oldest first. */
  trailOf(subjectId: string): Promise<string[]>;
}

export async function startAccountsStage(
  settings: Record<string, string> = {},
): Promise<AccountsStage> {
  const stage = await startAdminStage(settings);
  const links = stage.app.get(AccountLinks, { strict: false });
  const tokens = new Map<string, string>();
  const tokenOf = (url: string) => url.split('/').at(-1) ?? '';
  const as: AccountsStage['as'] = async (name) => {
    const token = tokens.get(name) ?? (await stage.signIn(`${name}@example.org`));
    tokens.set(name, token);
    return {
      get: (path) => stage.call().get(path).set(bearer(token)),
      post: (path, body = {}) => stage.call().post(path).set(bearer(token)).send(body),
      patch: (path, body, version) =>
        stage.call().patch(path).set(bearer(token)).set('If-Match', `"${version}"`).send(body),
      delete: (path) => stage.call().delete(path).set(bearer(token)),
    };
  };
  const invitationToken = (id: string) => tokenOf(links.invitationUrl(id));
  return {
    ...stage,
    as,
    invitationToken,
    invite: async ({ email, role = 'branch_secretary', unit = 'swansea', ...rest }, by) => {
      const organiser = await as(by ?? 'national');
      const { id: unitId } = stage.organisation.units[unit];
      const name = `Organiser ${email.split('@')[0]}`;
      const answer = await organiser
        .post('/v1/admin/organisers', { email, name, role, unitId, ...rest })
        .expect(201);
      return answer.body as Invited;
    },
    resetToken: async (email, minutes = 60) => {
      const [account] = await stage.database.sql<{ id: string; version: number; now: Date }>(
        `SELECT id, credentials_version AS version, clock_now() AS now FROM organiser WHERE email = $1`,
        [email],
      );
      if (account === undefined) throw new Error(`There is no account of ${email}.`);
      const { id, version, now } = account;
      return tokenOf(
        links.resetUrl({
          organiserId: id,
          credentialsVersion: version,
          expiresAt: new Date(now.getTime() + minutes * 60_000),
        }),
      );
    },
    accept: (id, password = NEW_PASSWORD) =>
      stage
        .call()
        .post('/v1/admin/invitations/accept')
        .send({ token: invitationToken(id), password }),
    trailOf: async (subjectId) =>
      (
        await stage.database.sql<{ action: string }>(
          'SELECT action FROM audit_event WHERE subject_id = $1 ORDER BY id',
          [subjectId],
        )
      ).map(({ action }) => action),
  };
}
