import 'reflect-metadata';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Configuration } from '../config/configuration.js';
import type { DirectRoute } from './direct-route.js';

/** A limit on a route: how many requests of one client in how many seconds. */
export interface RateLimitRule {
  /** Names the counter; routes with one name share it. */
  readonly name: string;
  readonly per: 'address';
  readonly points: number | ((configuration: Configuration) => number);
  readonly seconds: number;
  /** For routes at which a secret could be guessed; see `Allowance`. */
  readonly exact?: boolean;
  /** Whom the route counts by itself, under another address than the connection's. */
  readonly except?: (request: FastifyRequest) => boolean;
}

/** What our decorators keep in the Fastify route, where hooks see it before anything is parsed. */
export interface RouteOptions {
  /** Name of a CORS policy, see `CorsPolicies`. */
  readonly cors?: string;
  readonly rateLimits?: readonly RateLimitRule[];
  /** What the handler answers, unless it is a problem. */
  readonly answer?: z.ZodType;
  /** The handler gets the body's exact bytes, as signatures need them. */
  readonly bodyAsBytes?: boolean;
  /** The router calls the handler itself, see `@Direct()`. */
  readonly direct?: DirectRoute;
  /** The route answers people: errors may be HTML and the content security policy is a page's. */
  readonly html?: { readonly formAction: readonly string[] };
}

/**
 * A decorator for a handler, or for all handlers of a controller that do not say otherwise. Nest's
 * own `@RouteConfig` replaces the whole configuration; this one adds to it, so that several
 * decorators can stand on one handler.
 */
export function routeConfig(
  change: (present: RouteOptions) => RouteOptions,
): MethodDecorator & ClassDecorator {
  return (target: object, _key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    if (descriptor !== undefined) {
      amend(descriptor.value as object, change);
      return;
    }
    const prototype = (target as { prototype: object }).prototype;
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const value: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
      if (name !== 'constructor' && typeof value === 'function') amend(value, change);
    }
  };
}

function amend(handler: object, change: (present: RouteOptions) => RouteOptions): void {
  const present = (Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler) ??
    {}) as RouteOptions;
  Reflect.defineMetadata(FASTIFY_ROUTE_CONFIG_METADATA, change(present), handler);
}

/** Whether the router calls this handler itself, without asking any guard. */
export function isDirect(handler: object): boolean {
  const options = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler) as
    RouteOptions | undefined;
  return options?.direct !== undefined;
}
