import type { EntityManager } from 'typeorm';
import { mailDomain } from '../../messaging/message-drafts.js';
import { sendMessage } from '../../messaging/send-message.definition.js';
import { newId } from '../../platform/new-id.js';
import { securityNotice } from '../messages/security-notice.js';

/** What the command line needs of second factors; the manager is the owner's. */
export class SecondFactorOwnerRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Takes a factor away. @returns whether one was on. */
  async remove(organiserId: string): Promise<boolean> {
    const [rows] = await this.manager.query<[{ on: boolean }[], number]>(
      `DELETE FROM organiser_second_factor WHERE organiser_id = $1
        RETURNING secret IS NOT NULL AS "on"`,
      [organiserId],
    );
    return rows[0]?.on === true;
  }

  /** Puts the notice of it on its way, as `MessageQueue` does in a process; the owner reads no message. */
  async tell(organiserId: string, mailFrom: string): Promise<void> {
    const { kind, channel, businessKey, queue, notice } = securityNotice(
      organiserId,
      'second_factor_reset',
    );
    const id = newId();
    await this.manager.query(
      `INSERT INTO message (id, business_key, kind, channel, organiser_id, notice,
                            message_id_header)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [id, businessKey, kind, channel, organiserId, notice, `<${id}@${mailDomain(mailFrom)}>`],
    );
    await this.manager.query(
      `INSERT INTO outbox (id, queue, job, data, available_at) VALUES ($1, $2, $3, $4, clock_now())`,
      [newId(), queue, sendMessage.name, sendMessage.data.parse({ messageId: id })],
    );
  }
}
