import { Module } from '@nestjs/common';
import { FollowUpsModule } from '../follow-ups/follow-ups.module.js';
import { MessagingModule } from '../messaging/messaging.module.js';
import { GrantEndedComposer } from './grant-ended.composer.js';
import { GrantEndingComposer } from './grant-ending.composer.js';
import { GrantWarnings } from './grant-warnings.js';
import { GrantWarningsRepository } from './grant-warnings.repository.js';
import { WatchGrantsJob } from './jobs/watch-grants.job.js';

/** What the worker does about grants that end. */
@Module({
  imports: [FollowUpsModule, MessagingModule],
  providers: [
    GrantEndedComposer,
    GrantEndingComposer,
    GrantWarnings,
    GrantWarningsRepository,
    WatchGrantsJob,
  ],
})
export class GrantWarningsJobsModule {}
