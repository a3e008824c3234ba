import { Module } from '@nestjs/common';
import { PageRenderer } from './page-renderer.js';

/** Server-rendered pages for people; imported by the features that show some. */
@Module({ providers: [PageRenderer], exports: [PageRenderer] })
export class PagesModule {}
