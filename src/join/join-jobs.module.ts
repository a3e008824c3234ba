import { Module } from '@nestjs/common';
import { AllocationModule } from '../allocation/allocation.module.js';
import { MovesModule } from '../allocation/moves/moves.module.js';
import { FollowUpsModule } from '../follow-ups/follow-ups.module.js';
import { UnitsModule } from '../units/units.module.js';
import { SpentChallengesRepository } from './challenge/spent-challenges.repository.js';
import { ConfirmationLink } from './confirmation-link.js';
import { SettleAllocationJob } from './jobs/settle-allocation.job.js';
import { UnsettledSubmissionsRepository } from './unsettled-submissions.repository.js';
import { AcknowledgementRepository } from './messages/acknowledgement.repository.js';
import { JoinAcknowledgement } from './messages/join-acknowledgement.message.js';

/** What the worker does for people who have joined. */
@Module({
  imports: [AllocationModule, FollowUpsModule, MovesModule, UnitsModule],
  providers: [
    AcknowledgementRepository,
    ConfirmationLink,
    JoinAcknowledgement,
    SettleAllocationJob,
    SpentChallengesRepository,
    UnsettledSubmissionsRepository,
  ],
})
export class JoinJobsModule {}
