import { SetMetadata, applyDecorators } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import type { Permission } from './permissions.js';

/** Where a handler says who may call it. */
export const ADMIN_ACCESS = 'branchline:admin-access';

/** Anybody (to sign in), any valid session, or a session whose roles carry a permission. */
export type AdminAccess =
  | { readonly kind: 'anybody' }
  | { readonly kind: 'session'; readonly beforeEnrolment?: boolean }
  | { readonly kind: 'permission'; readonly permission: Permission };

/**
 * What an admin route needs. A route under `/v1/admin` that does not say so, by this or one of the
 * two below, keeps the application from starting.
 */
export function Needs(permission: Permission): MethodDecorator {
  return access({ kind: 'permission', permission });
}

/**
 * For what concerns only the caller: who am I, sign out.
 *
 * @param options.beforeEnrolment also for a session that has yet to set up the second factor that
 * its account needs.
 */
export function NeedsSession(options: { beforeEnrolment?: boolean } = {}): MethodDecorator {
  return access({ kind: 'session', ...options });
}

/** For what leads to a session. */
export function SignsIn(): MethodDecorator {
  return SetMetadata(ADMIN_ACCESS, { kind: 'anybody' } satisfies AdminAccess);
}

function access(value: AdminAccess): MethodDecorator {
  return applyDecorators(SetMetadata(ADMIN_ACCESS, value), ApiBearerAuth('bearer'));
}
