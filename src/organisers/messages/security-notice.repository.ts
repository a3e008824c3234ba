import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** To whom a security notice goes, and when that happened which it tells of. */
export interface ToldOrganiser {
  readonly email: string;
  readonly at: Date;
}

@Injectable()
export class SecurityNoticeRepository {
  /** The organiser of a message, of a closed account too: it is theirs to know. */
  async find(manager: EntityManager, messageId: string): Promise<ToldOrganiser | undefined> {
    const [told] = await manager.query<ToldOrganiser[]>(
      `SELECT o.email, m.created_at AS at
         FROM message m JOIN organiser o ON o.id = m.organiser_id
        WHERE m.id = $1`,
      [messageId],
    );
    return told;
  }
}
