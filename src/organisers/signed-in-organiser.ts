import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { OrganiserScope } from '../platform/database/database.js';
import type { HeldGrant } from './held-grant.js';
import type { Permission, Role } from './permissions.js';

/**
 * Who makes a request, as the admin guard found out: an organiser, or a program by its key, which
 * then stands in the place of the organiser's id and has no role.
 */
export interface SignedInOrganiser extends OrganiserScope {
  readonly sessionId: string;
  /** Those that carry the permission of the route; on a route that needs none, all. */
  readonly roles: readonly Role[];
  /** Those of grants that have ended and still let their holder read. */
  readonly gracedRoles: readonly Role[];
  /** Of the grants that hold at this moment, and what may be read by those in their grace. */
  readonly permissions: readonly Permission[];
  /** Whether what they hold needs a second factor. */
  readonly secondFactorRequired: boolean;
  /** Whether this session has shown one. */
  readonly secondFactorShown: boolean;
  /** The grants of these roles, as they stood when the request began. */
  readonly grants: readonly HeldGrant[];
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the admin guard, and by nothing else. */
    organiser?: SignedInOrganiser;
  }
}

/** The organiser who makes the request; only routes behind the admin guard have one. */
export const CurrentOrganiser = createParamDecorator(
  (_data: unknown, context: ExecutionContext): SignedInOrganiser => {
    const { organiser } = context.switchToHttp().getRequest<FastifyRequest>();
    if (organiser === undefined) {
      throw new Error('@CurrentOrganiser stands on a route that the admin guard does not keep.');
    }
    return organiser;
  },
);
