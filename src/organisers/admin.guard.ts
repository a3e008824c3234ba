import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { unauthenticated } from '../platform/http/standard-problems.js';
import { ADMIN_ACCESS, type AdminAccess } from './admin-route.decorators.js';
import { isAdminPath } from './admin-routes.js';
import { PermissionMissing } from './organisers.errors.js';
import { isReading, type Permission, rolesWith } from './permissions.js';
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
    request.organiser =
      access.kind === 'permission'
        ? await this.withPermission(organiser, access.permission)
        : organiser;
    return true;
  }

  /** The organiser with the roles that carry a permission; to read, those in their grace as well. */
  private async withPermission(
    organiser: SignedInOrganiser,
    permission: Permission,
  ): Promise<SignedInOrganiser> {
    const { roles, gracedRoles } = organiser;
    const reading = isReading(permission);
    const held = reading ? [...new Set([...roles, ...gracedRoles])] : roles;
    const carrying = rolesWith(permission, held);
    if (carrying.length > 0) return { ...organiser, roles: carrying, reading };
    throw rolesWith(permission, gracedRoles).length > 0
      ? await this.sessions.inGrace(organiser, permission)
      : new PermissionMissing(permission);
  }
}
