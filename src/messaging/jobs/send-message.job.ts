import { performance } from 'node:perf_hooks';
import { Inject } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Configuration } from '../../platform/config/configuration.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { describeJobError } from '../../platform/queue/job-error.js';
import {
  type Begun,
  HandlesJob,
  type JobFailure,
  type OutsideHandler,
  PermanentJobError,
} from '../../platform/queue/job.js';
import { DeliveryRefused, DeliveryUnavailable } from '../../providers/delivery-errors.js';
import { MailSender } from '../../providers/mail/mail-sender.js';
import { SmsSender, SmsUnavailable } from '../../providers/sms/sms-sender.js';
import { MessageComposers } from '../message-composers.js';
import { MessageMetrics } from '../message-metrics.js';
import { MessageTemplates } from '../message-templates.js';
import { type LockedMessage, MessageRepository } from '../message.repository.js';
import { sendMessage } from '../send-message.definition.js';
import { SendingSettings } from '../sending-settings.js';

/** A message that is claimed and written out: all that is left is to hand it over. */
interface SendingPlan {
  readonly message: LockedMessage;
  readonly channel: 'email' | 'sms';
  /** When nothing may go out any more, on the process's own clock. */
  readonly deadline: number;
  readonly deliver: (remainingMilliseconds: number) => Promise<unknown>;
}

type SendMessageData = { readonly messageId: string };

/** A service message is no answer and wants none, least of all from a machine (RFC 3834). */
const SERVICE_HEADERS = {
  'Auto-Submitted': 'auto-generated',
  'X-Auto-Response-Suppress': 'All',
};

/**
 * Sends one message, once.
 *
 * `sending` is committed with a lease before anything goes out, and the lock is let go: a provider
 * that hangs holds no transaction, and a stalled job that runs a second time finds the claim. A
 * process that dies in between leaves `sending` behind. When that lease has run out, an email goes
 * again with the Message-ID it has always had, and is counted; an SMS would be read twice and cost
 * twice, so it is in doubt for good, and its composer makes a human's duty of it.
 *
 * What is said, and to whom, is composed at the moment of sending: a job carries an id.
 */
@HandlesJob(sendMessage)
export class SendMessageJob implements OutsideHandler<SendMessageData, SendingPlan, unknown> {
  readonly leaseSeconds: number;
  private readonly mailFrom: string;
  private readonly publicUrl: string;

  constructor(
    private readonly messages: MessageRepository,
    private readonly composers: MessageComposers,
    private readonly templates: MessageTemplates,
    private readonly mail: MailSender,
    private readonly sms: SmsSender,
    private readonly metrics: MessageMetrics,
    private readonly settings: SendingSettings,
    @Inject(LOGGER) private readonly logger: Logger,
    configuration: Configuration,
  ) {
    this.leaseSeconds = settings.jobLeaseSeconds;
    this.mailFrom = configuration.environment.MAIL_FROM;
    this.publicUrl = configuration.publicUrl;
  }

  async begin(manager: EntityManager, data: SendMessageData): Promise<Begun<SendingPlan>> {
    const message = await this.messages.lock(manager, data.messageId);
    if (message === undefined) return 'stop';
    if (message.state !== 'queued' && message.state !== 'sending') return 'stop';
    if (message.state === 'sending') {
      if (!message.expired) return { postponeUntil: message.sendingUntil ?? new Date() };
      if (message.channel === 'sms') {
        await this.doubt(manager, message, 'nobody knows whether the provider took it');
        return 'stop';
      }
    }
    const isRepeat = message.state === 'sending';
    const plan = await this.plan(manager, message);
    if (plan === undefined) {
      await this.messages.close(manager, message.id, 'cancelled', null);
      this.metrics.count(message.kind, message.channel, 'cancelled');
      return 'stop';
    }
    const { channel } = plan;
    await this.messages.markSending(manager, message.id, {
      channel,
      leaseSeconds: this.settings.messageLeaseSeconds,
      isRepeat,
    });
    if (isRepeat) this.metrics.countRepeat(message.kind);
    return plan;
  }

  async perform({ deadline, deliver }: SendingPlan): Promise<void> {
    try {
      await deliver(deadline - performance.now());
    } catch (error) {
      const isForGood = error instanceof DeliveryRefused || isDoubtfulSms(error);
      if (isForGood) throw new PermanentJobError(error.message, { cause: error });
      throw error;
    }
  }

  async finish(manager: EntityManager, { message, channel }: SendingPlan): Promise<void> {
    await this.messages.markSent(manager, message.id);
    this.metrics.count(message.kind, channel, 'sent');
  }

  async fail(
    manager: EntityManager,
    { messageId }: SendMessageData,
    error: Error,
    { final }: JobFailure<SendingPlan>,
  ): Promise<void> {
    const message = await this.messages.lock(manager, messageId);
    if (message === undefined) return;
    if (message.state !== 'queued' && message.state !== 'sending') return;
    const reason = describeJobError(error);
    const maybeSent = message.state === 'sending' && mayHaveGoneOut(error);
    if (maybeSent && message.channel === 'sms') {
      await this.doubt(manager, message, reason);
      return;
    }
    if (!final) {
      await this.messages.markQueued(manager, message.id, reason, maybeSent);
      if (maybeSent) this.metrics.countRepeat(message.kind);
      return;
    }
    await this.messages.close(manager, message.id, 'failed', reason);
    this.metrics.count(message.kind, message.channel, 'failed');
    this.logger.warn(
      { messageId, kind: message.kind, err: error },
      'A message cannot be delivered.',
    );
    await this.composers.of(message.kind).onFailed?.(manager, message, 'failed');
  }

  private async plan(
    manager: EntityManager,
    message: LockedMessage,
  ): Promise<SendingPlan | undefined> {
    const deadline = performance.now() + this.settings.deadlineMilliseconds;
    const composed = await this.composers.of(message.kind).compose(manager, message);
    if (composed === undefined) return undefined;
    const { organisation } = message;
    if (organisation === null) throw new Error('There is no organisation to speak for.');
    const { demo, ...sender } = organisation;
    const data = { ...composed.data, organisation: sender, publicUrl: this.publicUrl };
    const { channel, address: to } = composed.to;

    if (channel === 'sms') {
      const text = this.templates.sms(message.kind, data);
      const sms = { messageId: message.id, to, text, demo };
      return { message, channel, deadline, deliver: (left) => this.sms.send(sms, left) };
    }
    const mail = {
      messageId: message.messageIdHeader,
      from: this.mailFrom,
      to,
      ...this.templates.email(message.kind, data),
      headers: SERVICE_HEADERS,
      demo,
    };
    return { message, channel, deadline, deliver: (left) => this.mail.send(mail, left) };
  }

  private async doubt(
    manager: EntityManager,
    message: LockedMessage,
    reason: string,
  ): Promise<void> {
    await this.messages.close(manager, message.id, 'in_doubt', reason);
    this.metrics.count(message.kind, message.channel, 'in_doubt');
    this.logger.warn({ messageId: message.id, kind: message.kind }, 'A text message is in doubt.');
    await this.composers.of(message.kind).onFailed?.(manager, message, 'in_doubt');
  }
}

/** An SMS that may have gone out: sending it again is for a human to decide. */
function isDoubtfulSms(error: unknown): error is SmsUnavailable {
  return error instanceof SmsUnavailable && error.maybeSent;
}

/**
 * Whether a failure while sending leaves open if the message went out. An error that comes from no
 * provider came after it (the commit of the result failed), so the message did go out.
 */
function mayHaveGoneOut(error: Error): boolean {
  const reason = error instanceof PermanentJobError ? error.cause : error;
  if (reason instanceof DeliveryRefused) return false;
  return reason instanceof DeliveryUnavailable ? reason.maybeSent : true;
}
