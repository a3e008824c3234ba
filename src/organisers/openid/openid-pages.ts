import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { PageRenderer } from '../../platform/templates/page-renderer.js';
import type { BrowserAnswer } from './openid-sign-in.service.js';

/** What a browser gets on its way through a sign-in. */
@Injectable()
export class OpenIdPages {
  constructor(private readonly renderer: PageRenderer) {}

  /** Sends it on; where there is nowhere to go, a page with nothing secret. */
  async send(reply: FastifyReply, { location, cookie }: BrowserAnswer): Promise<void> {
    reply.header('set-cookie', cookie);
    if (location === undefined) {
      await this.renderer.send(reply, {
        template: 'openid-done',
        data: { title: 'Signed in at your organisation' },
      });
      return;
    }
    await reply.status(302).header('location', location).send();
  }
}
