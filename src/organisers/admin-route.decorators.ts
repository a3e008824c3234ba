import { SetMetadata, applyDecorators } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import type { Permission } from './permissions.js';

/** Where a handler says who may call it. */
export const ADMIN_ACCESS = 'branchline:admin-access';

/** Anybody (to sign in), any valid session, or a session whose roles carry a permission. */
export type AdminAccess =
  | { readonly kind: 'anybody' }
  | { readonly kind: 'session'; readonly beforeEnrolment?: boolean; readonly byGrants?: boolean }
  | {
      readonly kind: 'permission';
      readonly permission: Permission;
      /** Whether it is about the caller as a person, so that no key may call it. */
      readonly organisersAlone: boolean;
    };

/**
 * What an admin route needs. A route under `/v1/admin` that does not say so, by this or one of the
 * two below, keeps the application from starting.
 */
export function Needs(
  permission: Permission,
  { organisersAlone = false }: { readonly organisersAlone?: boolean } = {},
): MethodDecorator {
  return access({ kind: 'permission', permission, organisersAlone });
}

/**
 * For what concerns only the caller: who am I, sign out.
 *
 * @param options.beforeEnrolment also for a session that has yet to set up the second factor that
 * its account needs.
 * @param options.byGrants what the caller's grants reach as well as what is their own: then these
 * have to stand until the end.
 */
export function NeedsSession(
  options: { beforeEnrolment?: boolean; byGrants?: boolean } = {},
): MethodDecorator {
  return access({ kind: 'session', ...options });
}

/** For what leads to a session. */
export function SignsIn(): MethodDecorator {
  return SetMetadata(ADMIN_ACCESS, { kind: 'anybody' } satisfies AdminAccess);
}

function access(value: AdminAccess): MethodDecorator {
  return applyDecorators(SetMetadata(ADMIN_ACCESS, value), ApiBearerAuth('bearer'));
}
