import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { z } from 'zod';
import { loadConfiguration } from '../src/platform/config/configuration.js';
import { Database } from '../src/platform/database/database.js';
import { DatabaseModule } from '../src/platform/database/database.module.js';
import { createHttpApp } from '../src/platform/http/create-http-app.js';
import { OutboxModule } from '../src/platform/outbox/outbox.module.js';
import { OutboxService } from '../src/platform/outbox/outbox.service.js';
import { defineJob, HandlesJob, type InsideHandler } from '../src/platform/queue/job.js';
import { QueueModule } from '../src/platform/queue/queue.module.js';
import { TimeModule } from '../src/platform/time/time.module.js';
import { tellAtTheEnd } from './told-at-the-end.js';

/** Jobs that do nothing, through everything that jobs go through: a commit before, a commit after. */
const jobs = Number(process.env['JOBS']);
let left = jobs;
let tellDone = (): void => undefined;
const done = new Promise<void>((resolve) => (tellDone = resolve));

const doNothing = defineJob({
  name: 'bench.nothing',
  queue: 'notices',
  data: z.object({ index: z.number() }),
});

@HandlesJob(doNothing)
class DoNothingJob implements InsideHandler<{ index: number }> {
  async handle(): Promise<void> {
    left -= 1;
    if (left === 0) tellDone();
  }
}

@Module({
  imports: [
    DatabaseModule.connect(),
    TimeModule,
    OutboxModule,
    QueueModule.forWorker({ jobs: [doNothing] }),
  ],
  providers: [DoNothingJob],
})
class BenchModule {}

const app = await createHttpApp(BenchModule, loadConfiguration(), { name: 'bench', docs: false });
await app.init();
const outbox = app.get(OutboxService);
const database = app.get(Database);
await tellAtTheEnd({
  jobs,
  add: async (index) => {
    await database.transaction((manager) => outbox.enqueue(manager, doNothing, { index }));
    outbox.ring();
  },
  done,
});
await app.close();
process.exit();
