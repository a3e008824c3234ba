import { Module } from '@nestjs/common';
import { FollowUpsModule } from '../../follow-ups/follow-ups.module.js';
import { DecideAnewJob } from './jobs/decide-anew.job.js';
import { EndOverrideJob } from './jobs/end-override.job.js';
import { MoveFactsRepository } from './messages/move-facts.repository.js';
import { MovedAwayComposer } from './messages/moved-away.composer.js';
import { MovedInComposer } from './messages/moved-in.composer.js';
import { MovesModule } from './moves.module.js';

/** What the worker does for people who move. */
@Module({
  imports: [FollowUpsModule, MovesModule],
  providers: [
    DecideAnewJob,
    EndOverrideJob,
    MoveFactsRepository,
    MovedAwayComposer,
    MovedInComposer,
  ],
})
export class MovesJobsModule {}
