import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { OriginNotAllowed } from '../platform/http/cors.js';
import { JoinForm } from './join-form.js';

/** Refuses a browser's post from a page that the form does not allow. */
@Injectable()
export class JoinOriginGuard implements CanActivate {
  constructor(private readonly form: JoinForm) {}

  /** @throws OriginNotAllowed */
  canActivate(context: ExecutionContext): boolean {
    const { origin, host } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    if (origin !== undefined && !this.form.allows(origin, host)) throw new OriginNotAllowed();
    return true;
  }
}
