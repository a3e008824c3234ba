import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { checkBeforeCommit } from '../platform/http/request-context.js';
import { unauthenticated } from '../platform/http/standard-problems.js';
import { ADMIN_ACCESS, type AdminAccess } from './admin-route.decorators.js';
import { isAdminPath } from './admin-routes.js';
import { PermissionMissing } from './organisers.errors.js';
import { type Permission, rolesWith } from './permissions.js';
import { SessionsService } from './sessions.service.js';
import type { SignedInOrganiser } from './signed-in-organiser.js';

/**
 * The one door of the admin API, before every route of the application. It looks at the path under
 * which a route was registered (never at what the caller typed, which may be encoded in many ways)
 * and lets nobody through to `/v1/admin` without a session, unless the route says how to come by
 * one. A route that says nothing lets nobody through at all.
 */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(private readonly sessions: SessionsService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (!isAdminPath(request.routeOptions.url)) return true;

    const access = Reflect.getMetadata(ADMIN_ACCESS, context.getHandler()) as
      AdminAccess | undefined;
    if (access?.kind === 'anybody') return true;
    const organiser = await this.sessions.authenticate(request.headers.authorization);
    if (organiser === undefined) throw unauthenticated();
    if (access === undefined) throw new Error(`${request.routeOptions.url} names no permission.`);
    if (access.kind === 'permission' && !organiser.permissions.includes(access.permission)) {
      throw new PermissionMissing(access.permission);
    }
    request.organiser = access.kind === 'permission' ? narrowed(organiser, access) : organiser;
    // What only needs a session needs no grant: who has lost all may still sign out.
    const { sessionId } = organiser;
    const grants = access.kind === 'permission' ? request.organiser.grants : [];
    checkBeforeCommit((manager) => this.sessions.mustStand(manager, { sessionId, grants }));
    return true;
  }
}

/** The organiser as far as their roles carry a permission: other grants say nothing about it. */
function narrowed(
  organiser: SignedInOrganiser,
  { permission }: { readonly permission: Permission },
): SignedInOrganiser {
  const roles = rolesWith(permission, organiser.roles);
  return {
    ...organiser,
    roles,
    grants: organiser.grants.filter(({ role }) => roles.includes(role)),
  };
}
