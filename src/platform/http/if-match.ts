import { type ExecutionContext, applyDecorators, createParamDecorator } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Problem } from './problem.js';

/** 428: a change must name the version that it was made from (RFC 6585, 3). */
export class PreconditionRequired extends Problem {
  constructor() {
    super({
      status: 428,
      code: 'precondition_required',
      title: 'Say which version you are changing',
      detail: 'Read it first, and send its ETag along: If-Match: "3".',
    });
  }
}

/** 412: somebody has changed it since the caller read it (RFC 9110, 15.5.13). */
export class StaleVersion extends Problem {
  constructor() {
    super({
      status: 412,
      code: 'stale_version',
      title: 'This has been changed since you read it',
      detail: 'Read it again, look at what is different, and send your change with its new ETag.',
    });
  }
}

/** The entity tag of a version. */
export function entityTag(version: number): string {
  return `"${version}"`;
}

/** One tag of ours. Proxies that compress answers turn it into a weak one, which means the same. */
const TAG = /^(?:W\/)?"(\d{1,9})"$/;

/**
 * The version that `If-Match` names. What is no tag of ours, “*” among it, is nobody's current
 * version: a change that does not say what it was made from would undo others' unseen.
 *
 * @throws PreconditionRequired without the header; StaleVersion for anything but one of our tags.
 */
export function versionToChange(ifMatch: string | undefined): number {
  if (ifMatch === undefined) throw new PreconditionRequired();
  const [, version] = TAG.exec(ifMatch.trim()) ?? [];
  if (version === undefined) throw new StaleVersion();
  return Number(version);
}

/** The version of the thing that a request wants to change, out of `If-Match`. */
export const VersionToChange = createParamDecorator(
  (_data: unknown, context: ExecutionContext): number =>
    versionToChange(context.switchToHttp().getRequest<FastifyRequest>().headers['if-match']),
);

/** Describes the header that `@VersionToChange()` reads. */
export function TakesIfMatch(): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'If-Match',
      description: 'The ETag of the version that is changed; 428 without, 412 where it is stale',
      required: true,
      schema: { type: 'string', examples: ['"1"'] },
    }),
  );
}
