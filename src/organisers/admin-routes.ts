import { Injectable, type OnModuleInit, RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { isDirect } from '../platform/http/route-config.js';
import { ADMIN_ACCESS, type AdminAccess } from './admin-route.decorators.js';

const ADMIN_PATH = '/v1/admin';

/** Whether a route of this pattern belongs to the admin API; one that has no pattern does. */
export function isAdminPath(pattern: string | undefined): boolean {
  return pattern === undefined || pattern === ADMIN_PATH || pattern.startsWith(`${ADMIN_PATH}/`);
}

/** A route of a controller with what it needs. */
export interface AdminRoute {
  readonly method: string;
  /** In Fastify's notation: `/v1/admin/people/:id`. */
  readonly path: string;
  readonly access: AdminAccess;
}

/**
 * The routes under `/v1/admin`. Reading them at start refuses to start with one that names no
 * permission, or with a permission named where the guard does not look.
 */
@Injectable()
export class AdminRoutes implements OnModuleInit {
  private routes: readonly AdminRoute[] = [];

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    this.routes = this.discovery
      .getControllers()
      .flatMap(({ metatype }) => (typeof metatype === 'function' ? this.routesOf(metatype) : []));
  }

  /** Every admin route of this application. */
  list(): readonly AdminRoute[] {
    return this.routes;
  }

  private routesOf(controller: {
    readonly name: string;
    readonly prototype: object;
  }): AdminRoute[] {
    const bases = pathsOf(controller);
    return this.scanner.getAllMethodNames(controller.prototype).flatMap((name) => {
      const handler = (controller.prototype as Record<string, object>)[name] as object;
      const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
      const access = Reflect.getMetadata(ADMIN_ACCESS, handler) as AdminAccess | undefined;
      const where = `${controller.name}.${name}`;
      if (method === undefined) {
        if (access !== undefined) throw new Error(`${where} names a permission, but is no route.`);
        return [];
      }
      return bases.flatMap((base) =>
        pathsOf(handler).flatMap((path) => {
          const pattern = join(base, path);
          if (!isAdminPath(pattern)) {
            if (access === undefined) return [];
            throw new Error(`${where} names a permission, but stands outside ${ADMIN_PATH}.`);
          }
          if (access === undefined) {
            throw new Error(`${where} (${pattern}) must say what it needs: @Needs('…').`);
          }
          if (isDirect(handler)) {
            throw new Error(`${where} (${pattern}) must not be direct: no guard would be asked.`);
          }
          return [{ method: RequestMethod[method], path: pattern, access }];
        }),
      );
    });
  }
}

function pathsOf(target: object): string[] {
  const path = Reflect.getMetadata(PATH_METADATA, target) as string | string[] | undefined;
  return path === undefined ? [''] : Array.isArray(path) ? path : [path];
}

function join(...parts: string[]): string {
  const segments = parts.flatMap((part) => part.split('/')).filter((part) => part !== '');
  return `/${segments.join('/')}`;
}
