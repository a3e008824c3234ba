import { Module } from '@nestjs/common';
import { AllocationRunsModule } from './allocation-runs.module.js';
import { RunSliceJob } from './jobs/run-slice.job.js';
import { MassMoves } from './mass-moves.js';
import { MassMovesRepository } from './mass-moves.repository.js';
import { PeopleReallocatedComposer } from './people-reallocated.composer.js';
import { ReallocatedNumbersRepository } from './reallocated-numbers.repository.js';
import { RunSlices } from './run-slices.js';

/** Takes runs through everybody, in the worker. */
@Module({
  imports: [AllocationRunsModule],
  providers: [
    MassMoves,
    MassMovesRepository,
    PeopleReallocatedComposer,
    ReallocatedNumbersRepository,
    RunSliceJob,
    RunSlices,
  ],
})
export class AllocationRunsJobsModule {}
