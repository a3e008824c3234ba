import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { SendMessageJob } from './jobs/send-message.job.js';
import { MessageComposers } from './message-composers.js';
import { MessageMetrics } from './message-metrics.js';
import { MessageTemplates } from './message-templates.js';
import { MessagingModule } from './messaging.module.js';

/**
 * Sending, in the worker. It needs `ProvidersModule`, and a composer for every kind of message from
 * the modules beside it; with one missing the process does not start.
 */
@Module({
  imports: [DiscoveryModule, MessagingModule],
  providers: [SendMessageJob, MessageComposers, MessageMetrics, MessageTemplates],
})
export class MessagingJobsModule {}
