import { Module } from '@nestjs/common';
import { QueuesAdminController } from './queues.admin-controller.js';
import { QueuesService } from './queues.service.js';

/** The operators' view of the outbox. */
@Module({ controllers: [QueuesAdminController], providers: [QueuesService] })
export class QueuesModule {}
