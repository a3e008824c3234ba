import { Injectable } from '@nestjs/common';
import { Metrics } from '../platform/metrics/metrics.js';
import type { MessageChannel, MessageKind, MessageState } from './message.js';

/** What becomes of messages, as numbers. Counted inside transactions: a rollback may count too much. */
@Injectable()
export class MessageMetrics {
  private readonly messages;
  private readonly repeats;

  constructor(metrics: Metrics) {
    this.messages = metrics.counter(
      'branchline_messages_total',
      'Messages by kind, channel and what became of them.',
      ['kind', 'channel', 'outcome'],
    );
    this.repeats = metrics.counter(
      'branchline_message_repeats_total',
      'Emails sent again, with the same Message-ID, though an earlier try may have arrived.',
      ['kind'],
    );
  }

  count(
    kind: MessageKind,
    channel: MessageChannel,
    outcome: Exclude<MessageState, 'queued' | 'sending' | 'capped'>,
  ): void {
    this.messages.inc({ kind, channel, outcome });
  }

  countRepeat(kind: MessageKind): void {
    this.repeats.inc({ kind });
  }
}
