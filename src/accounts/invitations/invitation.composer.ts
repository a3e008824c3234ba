import type { EntityManager } from 'typeorm';
import {
  type ComposedMessage,
  ComposesMessage,
  type MessageComposer,
} from '../../messaging/message-composer.js';
import type { Message } from '../../messaging/message.js';
import { plainWord } from '../../messaging/plain-words.js';
import { describeDay } from '../../platform/time/describe-day.js';
import { AccountLinks } from '../account-links.js';
import { roleInWords } from '../../organisers/permissions.js';
import { AcceptanceRepository } from './acceptance.repository.js';

/** The mail that invites somebody to a role; not sent where the invitation is not open any more. */
@ComposesMessage('organiser_invitation')
export class InvitationComposer implements MessageComposer {
  constructor(
    private readonly repository: AcceptanceRepository,
    private readonly links: AccountLinks,
  ) {}

  async compose(
    manager: EntityManager,
    { invitationId }: Message,
  ): Promise<ComposedMessage | undefined> {
    if (invitationId === null) return undefined;
    const offer = await this.repository.find(manager, invitationId);
    if (offer?.state !== 'open') return undefined;
    return {
      to: { channel: 'email', address: offer.email },
      data: {
        // Typed by the inviter, who must not write to strangers in our name.
        name: plainWord(offer.name) ?? null,
        inviter: plainWord(offer.inviterName) ?? 'An organiser',
        role: roleInWords(offer.role),
        unitName: offer.unit.name,
        until: describeDay(offer.expiresAt),
        link: this.links.invitationUrl(invitationId),
      },
    };
  }
}
