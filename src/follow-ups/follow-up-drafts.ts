import { Injectable } from '@nestjs/common';
import { newId } from '../platform/new-id.js';
import { MessageDrafts } from '../messaging/message-drafts.js';
import type { MessageDraft } from '../messaging/message.js';
import { OutboxService } from '../platform/outbox/outbox.service.js';
import type { DutyReference } from './duty-link.js';
import type { FollowUpDraft, NewFollowUp } from './follow-up-draft.js';
import { officeFor } from './follow-up.js';
import { remindFollowUp } from './remind.definition.js';

/** Makes the rows of new duties, for statements that write them together with their cause. */
@Injectable()
export class FollowUpDrafts {
  constructor(
    private readonly messages: MessageDrafts,
    private readonly outbox: OutboxService,
  ) {}

  /** A duty, its notice, and the jobs that send the notice and remind. Nothing is written yet. */
  newFollowUp(draft: FollowUpDraft): NewFollowUp {
    const duty = { followUpId: newId(), assignment: 1 };
    const notice = this.messages.newMessage(noticeOf(duty));
    const reminder = this.outbox.rowFor(
      remindFollowUp,
      { ...duty, again: false },
      { availableAt: draft.remindAt },
    );
    return {
      followUp: {
        id: duty.followUpId,
        kind: draft.kind,
        submission_id: draft.submissionId,
        unit_id: draft.unit.id,
        office: draft.office ?? officeFor(draft.unit.kind),
        calendar: draft.calendar,
        due_at: draft.dueAt.toISOString(),
        remind_at: draft.remindAt.toISOString(),
      },
      messages: [notice.message],
      outbox: [notice.outbox, reminder],
    };
  }
}

/** The notice of one hand-over of a duty. */
export function noticeOf({ followUpId, assignment }: DutyReference): MessageDraft {
  return {
    kind: 'follow_up_notice',
    channel: 'email',
    businessKey: `follow_up_notice:${followUpId}:${assignment}`,
    queue: 'notices',
    followUpId,
    assignment,
  };
}

/** The reminder of one hand-over, or the second one after a first "no answer". */
export function reminderOf(
  { followUpId, assignment }: DutyReference,
  again: boolean,
): MessageDraft {
  return {
    kind: 'follow_up_reminder',
    channel: 'email',
    businessKey: `follow_up_reminder:${followUpId}:${assignment}${again ? ':again' : ''}`,
    queue: 'reminders',
    followUpId,
    assignment,
  };
}
