import { Injectable } from '@nestjs/common';
import { newId } from '../platform/new-id.js';
import { Configuration } from '../platform/config/configuration.js';
import { OutboxService } from '../platform/outbox/outbox.service.js';
import type { MessageDraft, NewMessage } from './message.js';
import { sendMessage } from './send-message.definition.js';

/** Makes the rows of new messages, for statements that write them together with their cause. */
@Injectable()
export class MessageDrafts {
  private readonly domain: string;

  constructor(
    configuration: Configuration,
    private readonly outbox: OutboxService,
  ) {
    this.domain = mailDomain(configuration.environment.MAIL_FROM);
  }

  /** The row of a message and of the job that sends it. Nothing is written yet. */
  newMessage(draft: MessageDraft): NewMessage {
    const id = newId();
    const { kind, channel, businessKey, recipientHash } = draft;
    return {
      message: {
        id,
        business_key: businessKey,
        kind,
        channel,
        submission_id: draft.submissionId ?? null,
        follow_up_id: draft.followUpId ?? null,
        assignment: draft.assignment ?? null,
        unit_id: draft.unitId ?? null,
        allocation_id: draft.allocationId ?? null,
        allocation_run_id: draft.allocationRunId ?? null,
        organiser_id: draft.organiserId ?? null,
        grant_id: draft.grantId ?? null,
        invitation_id: draft.invitationId ?? null,
        notice: draft.notice ?? null,
        recipient_hash:
          recipientHash === undefined ? null : Buffer.from(recipientHash).toString('hex'),
        state: 'queued',
        message_id_header: `<${id}@${this.domain}>`,
      },
      outbox: this.outbox.rowFor(sendMessage, { messageId: id }, { queue: draft.queue }),
    };
  }
}

/** The domain that stands behind our Message-IDs (RFC 5322, 3.6.4): the one that mail comes from. */
export function mailDomain(mailFrom: string): string {
  const domain = /@([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)>?\s*$/.exec(mailFrom)?.[1];
  return domain?.toLowerCase() ?? 'branchline.invalid';
}
