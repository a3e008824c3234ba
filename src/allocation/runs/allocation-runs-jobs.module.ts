import { Module } from '@nestjs/common';
import { AllocationRunsModule } from './allocation-runs.module.js';
import { ExpiredRunsRepository } from './expired-runs.repository.js';
import { RunSliceJob } from './jobs/run-slice.job.js';
import { MassMoves } from './mass-moves.js';
import { PeopleReallocatedComposer } from './people-reallocated.composer.js';
import { ReallocatedNumbersRepository } from './reallocated-numbers.repository.js';
import { RunSlices } from './run-slices.js';

/** Takes runs through everybody, in the worker. */
@Module({
  imports: [AllocationRunsModule],
  providers: [
    ExpiredRunsRepository,
    MassMoves,
    PeopleReallocatedComposer,
    ReallocatedNumbersRepository,
    RunSliceJob,
    RunSlices,
  ],
})
export class AllocationRunsJobsModule {}
