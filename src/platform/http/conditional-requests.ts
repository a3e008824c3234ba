import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * Answers 304 to a GET whose `If-None-Match` names the entity tag of the answer (RFC 9110, 13.1.2):
 * a page that asks again for a lookup costs a line instead of a document.
 */
export function answerNotModified(instance: FastifyInstance): void {
  instance.addHook('onSend', (request, reply, payload, done) => {
    if (!isKnownToCaller(request, reply)) {
      done(null, payload);
      return;
    }
    reply.code(304).removeHeader('content-length').removeHeader('content-type');
    // Fastify takes the body of an answer to HEAD away itself, and needs one to measure.
    done(null, request.method === 'HEAD' ? payload : null);
  });
}

function isKnownToCaller({ headers, method }: FastifyRequest, reply: FastifyReply): boolean {
  const wanted = headers['if-none-match'];
  if (wanted === undefined || reply.statusCode !== 200) return false;
  if (method !== 'GET' && method !== 'HEAD') return false;
  const tag = reply.getHeader('etag');
  return typeof tag === 'string' && matches(wanted, tag);
}

/** Weak comparison: proxies that compress answers turn our tags into weak ones. */
function matches(wanted: string, tag: string): boolean {
  return wanted.split(',').some((one) => {
    const candidate = one.trim().replace(/^W\//, '');
    return candidate === '*' || candidate === tag;
  });
}
