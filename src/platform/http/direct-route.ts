import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import {
  EXCEPTION_FILTERS_METADATA,
  GUARDS_METADATA,
  HEADERS_METADATA,
  HTTP_CODE_METADATA,
  INTERCEPTORS_METADATA,
  PIPES_METADATA,
  ROUTE_ARGS_METADATA,
} from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parseQuery } from './query-string.js';
import { runSynchronously } from './request-context.js';
import { type RouteOptions, routeConfig } from './route-config.js';
import { checkedParameter } from './schema-validation.pipe.js';

/** Which method of which controller answers a route. */
export interface DirectRoute {
  readonly controller: Type<Record<string, Handler>>;
  readonly method: string;
  readonly readQuery: PlainQueryReader | undefined;
}

/**
 * Reads the query that nearly all callers send out of a request target, or finds it to be another.
 * What it reads has to be what the handler's schema would have made of it.
 */
export type PlainQueryReader = (url: string) => object | undefined;

type Handler = (...parameters: unknown[]) => unknown;

/** A parameter of a handler, as Nest's decorators describe it. */
interface Parameter {
  readonly index: number;
  readonly data?: string;
  readonly pipes: readonly unknown[];
  readonly schema?: unknown;
}

/**
 * Has the router call a GET handler itself, past Nest's pipeline, which costs an answer from memory
 * more than the answer. All that our hooks do is done all the same, and the handler is written like
 * any other, but: it is synchronous, takes `@Query({ schema })`, `@Req()` and
 * `@Res({ passthrough: true })` alone, and has no guard, pipe, interceptor or filter.
 *
 * The application's own guard is not asked either: a route under its protection must not be direct,
 * and `AdminRoutes` sees to that.
 *
 * @param readQuery spares the usual query the schema, which takes longer than the rest.
 */
export function Direct(readQuery?: PlainQueryReader): MethodDecorator {
  return (target, key, descriptor) => {
    const controller = target.constructor as DirectRoute['controller'];
    const direct = { controller, method: String(key), readQuery };
    const amend: MethodDecorator = routeConfig((present) => ({ ...present, direct }));
    amend(target, key, descriptor);
  };
}

/**
 * Lets the router call the handlers that ask for it. To be called before the routes are registered.
 *
 * @throws Error at start, for a handler that needs more than it would be given.
 */
export function callDirectRoutes(instance: FastifyInstance, app: NestFastifyApplication): void {
  instance.addHook('onRoute', (route) => {
    const { direct } = (route.config ?? {}) as RouteOptions;
    if (direct === undefined) return;
    const controller = app.get<Record<string, Handler>>(direct.controller, { strict: false });
    route.handler = directHandler(controller, direct);
  });
}

function directHandler(
  controller: Record<string, Handler>,
  { controller: type, method, readQuery }: DirectRoute,
): (request: FastifyRequest, reply: FastifyReply) => void {
  const handler = controller[method] as Handler;
  refuseWhatIsNotDone(type, handler, method);
  const parameters = Object.entries(
    (Reflect.getMetadata(ROUTE_ARGS_METADATA, type, method) ?? {}) as Record<string, Parameter>,
  );
  const readers: ((request: FastifyRequest, reply: FastifyReply) => unknown)[] = [];
  for (const [key, parameter] of parameters) {
    readers[parameter.index] = readerOf(Number.parseInt(key, 10), parameter, { method, readQuery });
  }
  const status = Number(Reflect.getMetadata(HTTP_CODE_METADATA, handler) ?? 200);
  const headers = Object.fromEntries(
    (
      (Reflect.getMetadata(HEADERS_METADATA, handler) ?? []) as { name: string; value: string }[]
    ).map(({ name, value }) => [name, value]),
  );
  return (request, reply) => {
    const answer = runSynchronously({ requestId: request.id }, () =>
      handler.apply(
        controller,
        readers.map((read) => read(request, reply)),
      ),
    );
    if (isPromise(answer)) throw new Error(`“${method}” is called directly and cannot promise.`);
    reply.code(status).headers(headers).send(answer);
  };
}

function readerOf(
  type: RouteParamtypes,
  { data, pipes, schema }: Parameter,
  { method, readQuery }: Pick<DirectRoute, 'method' | 'readQuery'>,
) {
  if (pipes.length === 0 && data === undefined) {
    if (type === RouteParamtypes.REQUEST) return (request: FastifyRequest) => request;
    if (type === RouteParamtypes.RESPONSE) {
      return (_request: FastifyRequest, reply: FastifyReply) => reply;
    }
    if (type === RouteParamtypes.QUERY && schema instanceof z.ZodType) {
      return ({ url }: FastifyRequest) =>
        readQuery?.(url) ?? checkedParameter(parseQuery(url), { type: 'query', schema });
    }
  }
  throw new Error(`“${method}” is called directly and takes a parameter that only Nest can read.`);
}

function refuseWhatIsNotDone(type: object, handler: Handler, method: string): void {
  if (handler.constructor.name === 'AsyncFunction') {
    throw new Error(`“${method}” is called directly and cannot be asynchronous.`);
  }
  for (const kind of [
    GUARDS_METADATA,
    PIPES_METADATA,
    INTERCEPTORS_METADATA,
    EXCEPTION_FILTERS_METADATA,
  ]) {
    if (Reflect.hasMetadata(kind, handler) || Reflect.hasMetadata(kind, type)) {
      throw new Error(
        `“${method}” is called directly and cannot have ${kind.replaceAll('_', '')}.`,
      );
    }
  }
}

function isPromise(answer: unknown): boolean {
  return typeof (answer as { then?: unknown } | null | undefined)?.then === 'function';
}
