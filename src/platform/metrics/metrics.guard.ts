import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Configuration } from '../config/configuration.js';
import { clientAddressOf, networkMatcher, plainAddress } from '../http/client-address.js';
import { Problem } from '../http/problem.js';

/** This machine and private networks (RFC 1918, RFC 4193): where no setting says otherwise. */
const PRIVATE_NETWORKS = [
  '127.0.0.0/8',
  '::1',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  'fc00::/7',
];

/** 403: the metrics are not for this address. */
export class MetricsRefused extends Problem {
  constructor() {
    super({
      status: 403,
      code: 'metrics_refused',
      title: 'The metrics are not for this address',
      detail: 'They are for the networks that METRICS_NETWORKS names.',
    });
  }
}

/**
 * Lets the networks of METRICS_NETWORKS read the metrics, and nobody else. A call that a proxy hands
 * on counts as its client's; where the proxy is none of TRUSTED_PROXIES nobody can tell whose that
 * is, and the address of the proxy, which is often a private one, must not open the door.
 */
@Injectable()
export class MetricsGuard implements CanActivate {
  private readonly isWelcome: (address: string) => boolean;

  constructor(@Inject(Configuration) { environment }: Configuration) {
    const { METRICS_NETWORKS: named } = environment;
    this.isWelcome = networkMatcher(named.length > 0 ? named : PRIVATE_NETWORKS);
  }

  /** @throws MetricsRefused */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const client = clientAddressOf(request);
    const isHandedOn =
      request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined;
    const isFromSocket = client === plainAddress(request.socket.remoteAddress ?? '');
    if ((isHandedOn && isFromSocket) || !this.isWelcome(client)) throw new MetricsRefused();
    return true;
  }
}
