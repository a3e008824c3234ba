import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Permission } from './permissions.js';

/** Who makes a request, as the admin guard found out. */
export interface SignedInOrganiser {
  readonly organiserId: string;
  readonly sessionId: string;
  /** Of the grants that hold at this moment. */
  readonly permissions: readonly Permission[];
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
