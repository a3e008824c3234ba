import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { SendMessageJob } from './jobs/send-message.job.js';
import { MessageComposers } from './message-composers.js';
import { MessageMetrics } from './message-metrics.js';
import { MessageTemplates } from './message-templates.js';
import { MessagingModule } from './messaging.module.js';
import { SendingSettings } from './sending-settings.js';

/**
 * Sending, in the worker. It needs `ProvidersModule`, and a composer for every kind of message from
 * the modules beside it; with one missing the process does not start.
 */
@Module({})
export class MessagingJobsModule {
  static with(changed: ConstructorParameters<typeof SendingSettings>[0]): DynamicModule {
    return {
      module: MessagingJobsModule,
      imports: [DiscoveryModule, MessagingModule],
      providers: [
        { provide: SendingSettings, useValue: new SendingSettings(changed) },
        SendMessageJob,
        MessageComposers,
        MessageMetrics,
        MessageTemplates,
      ],
    };
  }
}
