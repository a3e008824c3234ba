import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MessageDrafts } from './message-drafts.js';
import { MessageQueue } from './message-queue.js';
import { MessageEntity } from './message.entity.js';
import { MessageRepository } from './message.repository.js';

/** Writing messages, in every process; `MessagingJobsModule` sends them in the worker. */
@Module({
  imports: [TypeOrmModule.forFeature([MessageEntity])],
  providers: [MessageDrafts, MessageQueue, MessageRepository],
  exports: [MessageDrafts, MessageQueue, MessageRepository],
})
export class MessagingModule {}
