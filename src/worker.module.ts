import { type DynamicModule, Module } from '@nestjs/common';
import { JobsModule, type JobsOptions } from './jobs.module.js';
import { DatabaseModule } from './platform/database/database.module.js';
import { OutboxModule } from './platform/outbox/outbox.module.js';
import { TimeModule } from './platform/time/time.module.js';

/** The job process. */
@Module({})
export class WorkerModule {
  static with(options: JobsOptions = {}): DynamicModule {
    return {
      module: WorkerModule,
      imports: [DatabaseModule.connect(), TimeModule, OutboxModule, JobsModule.with(options)],
    };
  }
}
