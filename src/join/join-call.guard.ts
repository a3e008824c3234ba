import { isIP } from 'node:net';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { LiveKey } from '../organisers/api-keys.repository.js';
import { ApiKeysService } from '../organisers/api-keys.service.js';
import { clientAddressOf, plainAddress } from '../platform/http/client-address.js';
import { OriginNotAllowed } from '../platform/http/cors.js';
import { UnitDirectory } from '../units/unit-directory.js';
import type { Form } from './forms/form.js';
import { FormDirectory } from './forms/form-directory.js';
import { formIdOf, type JoinCall } from './join-call.js';
import { FormNotOfKey, INVALID_VISITOR_ADDRESS } from './join.errors.js';
import { JoinLimits } from './join-limits.js';
import { VISITOR_ADDRESS_HEADER, VISITOR_USER_AGENT_HEADER } from './visitor-headers.js';

/** Longest user agent that is kept with a submission as evidence of consent. */
const USER_AGENT_LENGTH = 500;

/**
 * Who posts, for whom, and through which form. A browser may only from a page that the form allows;
 * a server with a key may from anywhere, for visitors whose addresses it tells.
 */
@Injectable()
export class JoinCallGuard implements CanActivate {
  constructor(
    private readonly keys: ApiKeysService,
    private readonly forms: FormDirectory,
    private readonly units: UnitDirectory,
    private readonly limits: JoinLimits,
  ) {}

  /** @throws OriginNotAllowed, FormNotOfKey, ScopeMissing 403; Problem 401, 429. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = await this.keyOf(request);
    const form = await this.forms.find(formIdOf(request));
    if (key === undefined) this.refuseOrigin(request, form);
    else this.refuseFormOf(key, form);
    const call = key === undefined ? ownCall(request, form) : visitorsCall(request, form, key);
    if (key !== undefined) await this.limits.countVisitor(key.id, call.address);
    request.joinCall = call;
    return true;
  }

  /** Keys are looked up before anything is counted; whoever guesses at one is counted for that. */
  private async keyOf(request: FastifyRequest): Promise<LiveKey | undefined> {
    try {
      return await this.keys.require(request.headers.authorization, 'join.post');
    } catch (error) {
      await this.limits.countRefusedKey(request, error);
      throw error;
    }
  }

  private refuseOrigin({ headers }: FastifyRequest, form: Form | undefined): void {
    const { origin, host } = headers;
    if (origin === undefined) return;
    const isAllowed =
      form === undefined ? this.forms.anyAllows(origin, host) : form.allows(origin, host);
    if (!isAllowed) throw new OriginNotAllowed();
  }

  private refuseFormOf({ unitId }: LiveKey, form: Form | undefined): void {
    const { view } = this.units;
    // Before an organisation is there, nobody has a unit; and no post is taken either.
    if (form === undefined || !view.isReady) return;
    if (unitId === view.national.id) return;
    const above = form.unitId === null ? undefined : view.get(form.unitId)?.parentId;
    if (form.unitId !== unitId && above !== unitId) throw new FormNotOfKey();
  }
}

function ownCall(request: FastifyRequest, form: Form | undefined): JoinCall {
  return {
    form,
    key: undefined,
    address: clientAddressOf(request) || null,
    userAgent: request.headers['user-agent']?.slice(0, USER_AGENT_LENGTH) ?? null,
    faults: [],
  };
}

function visitorsCall(request: FastifyRequest, form: Form | undefined, key: LiveKey): JoinCall {
  const told = headerOf(request, VISITOR_ADDRESS_HEADER);
  const address = told === undefined ? null : plainAddress(told);
  const isAddress = address === null || isIP(address) !== 0;
  return {
    form,
    key,
    address: isAddress ? address : null,
    userAgent: headerOf(request, VISITOR_USER_AGENT_HEADER)?.slice(0, USER_AGENT_LENGTH) ?? null,
    faults: isAddress ? [] : [INVALID_VISITOR_ADDRESS],
  };
}

function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return (Array.isArray(value) ? value.join(', ') : value)?.trim();
}
