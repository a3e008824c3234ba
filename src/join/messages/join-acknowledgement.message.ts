import type { EntityManager } from 'typeorm';
import { describeDate } from '../../allocation/moves/describe-date.js';
import { FollowUpsService } from '../../follow-ups/follow-ups.service.js';
import {
  type ComposedMessage,
  ComposesMessage,
  type MessageComposer,
} from '../../messaging/message-composer.js';
import type { Message } from '../../messaging/message.js';
import { contactPromise } from '../join-answer.js';
import { ConfirmationLink } from '../confirmation-link.js';
import { AcknowledgementRepository } from './acknowledgement.repository.js';

/**
 * The acknowledgement of a join: thanks, names branch and contact, says what happens next, and
 * carries the link that confirms the address. It repeats the public answer and the public name of
 * who has the duty, so that it tells nobody whether they were known.
 */
@ComposesMessage('join_acknowledgement')
export class JoinAcknowledgement implements MessageComposer {
  constructor(
    private readonly repository: AcknowledgementRepository,
    private readonly links: ConfirmationLink,
    private readonly followUps: FollowUpsService,
  ) {}

  async compose(manager: EntityManager, message: Message): Promise<ComposedMessage | undefined> {
    if (message.submissionId === null) return undefined;
    const submission = await this.repository.find(manager, message.submissionId);
    if (submission === undefined || submission.isSpam) return undefined;
    const { email, phone, givenName, answer, responsible, dueAt, spokenOn } = submission;
    const address = email ?? phone;
    if (address === null) return undefined;
    return {
      to: { channel: email === null ? 'sms' : 'email', address },
      data: {
        givenName,
        answer,
        promise: submission.alreadyContacted ? null : contactPromise(responsible, dueAt),
        spokenOn: spokenOn === null ? null : describeDate(spokenOn),
        confirmUrl: this.links.urlFor(message.submissionId),
      },
    };
  }

  /** Whoever has the duty has to know that the person may have heard nothing from us. */
  async onFailed(manager: EntityManager, { submissionId }: Message): Promise<void> {
    if (submissionId !== null) {
      await this.followUps.noteAcknowledgementFailed(manager, submissionId);
    }
  }
}
