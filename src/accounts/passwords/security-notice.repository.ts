import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** To whom a notice goes, and when that happened which it tells of. */
export interface ToldOrganiser {
  readonly email: string;
  readonly name: string;
  readonly at: Date;
}

@Injectable()
export class SecurityNoticeRepository {
  /** The organiser of a message; undefined where the account is closed or gone. */
  async find(manager: EntityManager, messageId: string): Promise<ToldOrganiser | undefined> {
    const [told] = await manager.query<ToldOrganiser[]>(
      `SELECT o.email, o.name, m.created_at AS at
         FROM message m JOIN organiser o ON o.id = m.organiser_id AND o.disabled_at IS NULL
        WHERE m.id = $1`,
      [messageId],
    );
    return told;
  }
}
