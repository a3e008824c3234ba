import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { checkBeforeCommit } from '../platform/http/request-context.js';
import { unauthenticated } from '../platform/http/standard-problems.js';
import { ADMIN_ACCESS, type AdminAccess } from './admin-route.decorators.js';
import { isAdminPath } from './admin-routes.js';
import { ApiKeysService } from './api-keys.service.js';
import { PermissionMissing } from './organisers.errors.js';
import { isReading, type Permission, rolesWith } from './permissions.js';
import { SecondFactorEnrolmentRequired } from './second-factor/second-factor.errors.js';
import { SessionsService } from './sessions.service.js';
import type { SignedInOrganiser } from './signed-in-organiser.js';

/**
 * The one door of the admin API, before every route of the application. It looks at the path under
 * which a route was registered (never at what the caller typed, which may be encoded in many ways)
 * and lets nobody through to `/v1/admin` without a session or a key, unless the route says how to
 * come by one. A route that says nothing lets nobody through at all.
 */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(
    private readonly sessions: SessionsService,
    private readonly keys: ApiKeysService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (!isAdminPath(request.routeOptions.url)) return true;

    const access = Reflect.getMetadata(ADMIN_ACCESS, context.getHandler()) as
      AdminAccess | undefined;
    if (access?.kind === 'anybody') return true;
    const program = await this.keys.admit(request.headers.authorization, access);
    if (program !== undefined) {
      request.organiser = program;
      checkBeforeCommit((manager) => this.keys.mustStand(manager, program.organiserId));
      return true;
    }
    const organiser = await this.sessions.authenticate(request.headers.authorization);
    if (organiser === undefined) throw unauthenticated();
    if (access === undefined) throw new Error(`${request.routeOptions.url} names no permission.`);
    const mayGoOn = access.kind === 'session' && access.beforeEnrolment === true;
    if (organiser.secondFactorRequired && !organiser.secondFactorShown && !mayGoOn) {
      throw new SecondFactorEnrolmentRequired();
    }
    request.organiser =
      access.kind === 'permission'
        ? await this.withPermission(organiser, access.permission)
        : request.method === 'GET'
          ? { ...organiser, ...readingAs(organiser) }
          : organiser;
    // What only concerns the caller needs no grant: who has lost all may still sign out.
    const { sessionId } = organiser;
    const isByGrants = access.kind === 'permission' || access.byGrants === true;
    const grants = isByGrants ? request.organiser.grants : [];
    checkBeforeCommit((manager) => this.sessions.mustStand(manager, { sessionId, grants }));
    return true;
  }

  /** The organiser with the roles that carry a permission; to read, those in their grace as well. */
  private async withPermission(
    organiser: SignedInOrganiser,
    permission: Permission,
  ): Promise<SignedInOrganiser> {
    const { gracedRoles } = organiser;
    const { roles: held, reading } = isReading(permission)
      ? readingAs(organiser)
      : { roles: organiser.roles, reading: false };
    const carrying = rolesWith(permission, held);
    if (carrying.length > 0) {
      // Grants of other roles say nothing about this permission.
      const grants = organiser.grants.filter(({ role }) => carrying.includes(role));
      return { ...organiser, roles: carrying, grants, reading };
    }
    throw rolesWith(permission, gracedRoles).length > 0
      ? await this.sessions.inGrace(organiser, permission)
      : new PermissionMissing(permission);
  }
}

/** To read, roles count as well whose grants are in their grace. */
function readingAs({ roles, gracedRoles }: SignedInOrganiser) {
  return { roles: [...new Set([...roles, ...gracedRoles])], reading: true };
}
