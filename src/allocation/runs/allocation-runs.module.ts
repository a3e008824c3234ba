import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { FollowUpsModule } from '../../follow-ups/follow-ups.module.js';
import { MessagingModule } from '../../messaging/messaging.module.js';
import { UnitsModule } from '../../units/units.module.js';
import { AllocationModule } from '../allocation.module.js';
import { MovesModule } from '../moves/moves.module.js';
import { AllocationRunEntity } from './allocation-run.entity.js';
import { AllocationRunMoveEntity } from './allocation-run-move.entity.js';
import { AllocationRunPersonEntity } from './allocation-run-person.entity.js';
import { RunBasisRepository } from './run-basis.repository.js';
import { RunClosing } from './run-closing.js';
import { RunSlicesRepository } from './run-slices.repository.js';

/** Runs over everybody, in every process. */
@Module({
  imports: [
    TypeOrmModule.forFeature([
      AllocationRunEntity,
      AllocationRunMoveEntity,
      AllocationRunPersonEntity,
    ]),
    AllocationModule,
    FollowUpsModule,
    MessagingModule,
    MovesModule,
    UnitsModule,
  ],
  providers: [RunBasisRepository, RunClosing, RunSlicesRepository],
  exports: [
    AllocationModule,
    FollowUpsModule,
    MovesModule,
    RunBasisRepository,
    RunClosing,
    RunSlicesRepository,
    UnitsModule,
  ],
})
export class AllocationRunsModule {}
