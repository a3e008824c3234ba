import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { unauthenticated } from '../platform/http/standard-problems.js';
import type { AdminAccess } from './admin-route.decorators.js';
import { isKeyScope, type KeyScope } from './api-key-scopes.js';
import { apiKeyTokenOf, hashApiKeyToken } from './api-key-token.js';
import { OrganisersAlone, ScopeMissing, unknownKey } from './api-keys.errors.js';
import { ApiKeysRepository, type LiveKey } from './api-keys.repository.js';
import { isBearer } from './bearer-token.js';
import type { SignedInOrganiser } from './signed-in-organiser.js';

/** Whom a key speaks for, asked of the database each time: a revoked one ends at once. */
@Injectable()
export class ApiKeysService {
  constructor(private readonly repository: ApiKeysRepository) {}

  /**
   * The caller of an admin route by the key in the header; undefined where there is none, but
   * something else perhaps.
   *
   * @throws Problem 401 for a key that does not work; OrganisersAlone, ScopeMissing 403.
   */
  async admit(
    authorization: string | undefined,
    access: AdminAccess | undefined,
  ): Promise<SignedInOrganiser | undefined> {
    const token = apiKeyTokenOf(authorization);
    if (token === undefined) return undefined;
    const { id, scopes } = await this.live(token);
    if (access?.kind !== 'permission' || access.organisersAlone) throw new OrganisersAlone();
    const { permission } = access;
    if (!isKeyScope(permission)) throw new OrganisersAlone(permission);
    if (!scopes.includes(permission)) throw new ScopeMissing(permission);
    return {
      // No route that lets keys in asks for either as an organiser's.
      organiserId: id,
      sessionId: id,
      roles: [],
      gracedRoles: [],
      grants: [],
      secondFactorRequired: false,
      secondFactorShown: false,
      permissions: [permission],
      apiKey: { id, scope: permission },
    };
  }

  /**
   * The key in the header of a route that browsers call without one; undefined where there is no
   * bearer token at all. What is there is never ignored.
   *
   * @throws Problem 401 for what is no key that works; ScopeMissing 403.
   */
  async require(authorization: string | undefined, scope: KeyScope): Promise<LiveKey | undefined> {
    if (!isBearer(authorization)) return undefined;
    const token = apiKeyTokenOf(authorization);
    if (token === undefined) throw unauthenticated('Send an API key as “Authorization: Bearer …”.');
    const key = await this.live(token);
    if (!key.scopes.includes(scope)) throw new ScopeMissing(scope);
    return key;
  }

  /**
   * Lets a transaction commit only while its key works; whoever revokes it waits for the commit, or
   * has it refused.
   *
   * @throws Problem 401.
   */
  async mustStand(manager: EntityManager, id: string): Promise<void> {
    if (!(await this.repository.stands(manager, id))) throw unknownKey();
  }

  private async live(token: string): Promise<LiveKey> {
    const key = await this.repository.live(hashApiKeyToken(token));
    if (key === undefined) throw unknownKey();
    if (key.stale) await this.repository.touch(key.id);
    return key;
  }
}
