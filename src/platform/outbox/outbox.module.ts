import { Global, Module } from '@nestjs/common';
import { OutboxStatusRepository } from './outbox-status.repository.js';
import { OutboxRepository } from './outbox.repository.js';
import { OutboxService } from './outbox.service.js';

/** Writing jobs and looking at them, in every process; `QueueModule` runs them in the worker. */
@Global()
@Module({
  providers: [OutboxRepository, OutboxService, OutboxStatusRepository],
  exports: [OutboxRepository, OutboxService, OutboxStatusRepository],
})
export class OutboxModule {}
