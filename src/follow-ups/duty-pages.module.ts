import { Module } from '@nestjs/common';
import { PagesModule } from '../platform/templates/pages.module.js';
import { DutyPageRepository } from './duty-page.repository.js';
import { DutyPagesService } from './duty-pages.service.js';
import { DutyController } from './duty.controller.js';
import { FollowUpsModule } from './follow-ups.module.js';

/** The one-tap page, in the API. */
@Module({
  imports: [FollowUpsModule, PagesModule],
  controllers: [DutyController],
  providers: [DutyPageRepository, DutyPagesService],
})
export class DutyPagesModule {}
