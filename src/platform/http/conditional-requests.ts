import type { FastifyInstance } from 'fastify';

/**
 * Answers 304 to a GET whose `If-None-Match` names the entity tag of the answer (RFC 9110, 13.1.2):
 * a page that asks again for a lookup costs a line instead of a document.
 */
export function answerNotModified(instance: FastifyInstance): void {
  instance.addHook('onSend', async (request, reply, payload) => {
    const tag = reply.getHeader('etag');
    const wanted = request.headers['if-none-match'];
    if (typeof tag !== 'string' || wanted === undefined || reply.statusCode !== 200) return payload;
    if (request.method !== 'GET' && request.method !== 'HEAD') return payload;
    if (!matches(wanted, tag)) return payload;
    reply.code(304).removeHeader('content-length').removeHeader('content-type');
    // Fastify takes the body of an answer to HEAD away itself, and needs one to measure.
    return request.method === 'HEAD' ? payload : null;
  });
}

/** Weak comparison: proxies that compress answers turn our tags into weak ones. */
function matches(wanted: string, tag: string): boolean {
  return wanted.split(',').some((one) => {
    const candidate = one.trim().replace(/^W\//, '');
    return candidate === '*' || candidate === tag;
  });
}
