import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Cors } from '../platform/http/route-decorators.js';
import { notFound } from '../platform/http/standard-problems.js';
import { type BrowserFile, BrowserFiles } from './browser-files.js';

/** The content is part of the address. */
const FOR_EVER = 'public, max-age=31536000, immutable';
/** Other sites name the script without a version: a new one reaches them within the hour. */
const FOR_AN_HOUR = 'public, max-age=3600';

/** What pages load: the files of our map, and the script that other sites include. */
@ApiExcludeController()
@Controller()
export class BrowserFilesController {
  constructor(private readonly files: BrowserFiles) {}

  @Get('assets/:version/:name')
  async asset(
    @Param('version') version: string,
    @Param('name') name: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const found = this.files.get(version, name);
    if (found === undefined) throw notFound();
    await send(reply.header('cache-control', FOR_EVER), found);
  }

  /** Any page may load and read it: with `crossorigin` too, which an `integrity` asks for. */
  @Get('embed/branches.js')
  @Cors('anyone')
  async embed(@Res() reply: FastifyReply): Promise<void> {
    const headers = {
      'cache-control': FOR_AN_HOUR,
      'cross-origin-resource-policy': 'cross-origin',
    };
    await send(reply.headers(headers), this.files.embed);
  }
}

async function send(reply: FastifyReply, { type, version, content }: BrowserFile): Promise<void> {
  await reply.headers({ 'content-type': type, etag: `"${version}"` }).send(content);
}
