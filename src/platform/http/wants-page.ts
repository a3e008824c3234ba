import type { FastifyRequest } from 'fastify';
import { isFormBody } from './form-body.js';
import { prefersHtml } from './problem-page.js';

/** Whether a post is answered with a page: a form post is, unless it asks for JSON. */
export function wantsPage(request: FastifyRequest): boolean {
  if (!isFormBody(request.body)) return false;
  const { accept = '' } = request.headers;
  return prefersHtml(accept) || !/application\/(?:problem\+)?json/i.test(accept);
}
