import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { recordDeed } from '../../audit/audit.js';
import { SecurityNotices } from '../../organisers/messages/security-notices.js';
import { OrganiserAccountsRepository } from '../../organisers/organiser-accounts.repository.js';
import type { Credentials } from './credentials.repository.js';

/** How somebody came by their new password. */
export interface PasswordReplacement {
  readonly hash: string;
  readonly action: 'organiser.password_reset' | 'organiser.password_changed';
  /** The session in which it was done; all others end. */
  readonly stayingSession: string | null;
}

/** What comes with every new password, however it was chosen. */
@Injectable()
export class NewPasswords {
  constructor(private readonly notices: SecurityNotices) {}

  /**
   * Gives a locked account another password: sessions end, older links to reset it are dead, and
   * its owner is told, in case it was somebody else.
   */
  async replace(
    manager: EntityManager,
    { id, credentialsVersion }: Credentials,
    { hash, action, stayingSession }: PasswordReplacement,
  ): Promise<void> {
    const accounts = new OrganiserAccountsRepository(manager);
    await accounts.replacePassword(id, hash);
    await accounts.endSessions(id, stayingSession);
    await recordDeed(manager, { organiserId: id }, action, 'organiser', id);
    await this.notices.tell(manager, id, 'password_changed', String(credentialsVersion + 1));
  }
}
