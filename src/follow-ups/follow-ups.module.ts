import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MessagingModule } from '../messaging/messaging.module.js';
import { DutyHandOvers } from './duty-hand-overs.js';
import { DutyLinks } from './duty-link.js';
import { DutyRelocations } from './duty-relocations.js';
import { DutyRelocationsRepository } from './duty-relocations.repository.js';
import { FollowUpDrafts } from './follow-up-drafts.js';
import { FollowUpEventEntity } from './follow-up-event.entity.js';
import { FollowUpEntity } from './follow-up.entity.js';
import { FollowUpsRepository } from './follow-ups.repository.js';
import { FollowUpsService } from './follow-ups.service.js';

/** Duties and their rules, in every process. */
@Module({
  imports: [TypeOrmModule.forFeature([FollowUpEntity, FollowUpEventEntity]), MessagingModule],
  providers: [
    DutyHandOvers,
    DutyLinks,
    DutyRelocations,
    DutyRelocationsRepository,
    FollowUpDrafts,
    FollowUpsRepository,
    FollowUpsService,
  ],
  exports: [DutyLinks, DutyRelocations, FollowUpDrafts, FollowUpsRepository, FollowUpsService],
})
export class FollowUpsModule {}
