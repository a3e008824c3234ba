import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

/** Describes the header by which a request that makes something is made once. */
export function TakesIdempotencyKey(): MethodDecorator {
  return ApiHeader({
    name: 'Idempotency-Key',
    description: '1 to 255 printable ASCII characters, best random. Kept for 24 hours.',
    required: false,
  });
}

/** Says on an answer that it is the one that was given before. */
export function markReplay(reply: FastifyReply, replayed: boolean): FastifyReply {
  return replayed ? reply.header('Idempotent-Replayed', 'true') : reply;
}
