import type { EntityManager } from 'typeorm';

/** What the command line needs of identities at the provider; the manager is the owner's. */
export class OpenIdOwnerRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Parts an account from its identities, and from sign-ins on their way. @returns how many identities. */
  async unlink(organiserId: string): Promise<number> {
    await this.manager.query('DELETE FROM openid_sign_in WHERE organiser_id = $1', [organiserId]);
    const [rows] = await this.manager.query<[unknown[], number]>(
      'DELETE FROM organiser_openid_identity WHERE organiser_id = $1 RETURNING subject',
      [organiserId],
    );
    return rows.length;
  }
}
