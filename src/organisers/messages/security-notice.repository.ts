import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** To whom a security notice goes. */
@Injectable()
export class SecurityNoticeRepository {
  /** The address of an account, closed ones too: it is theirs to know. */
  async address(manager: EntityManager, organiserId: string): Promise<string | undefined> {
    const [organiser] = await manager.query<{ email: string }[]>(
      'SELECT email FROM organiser WHERE id = $1',
      [organiserId],
    );
    return organiser?.email;
  }
}
