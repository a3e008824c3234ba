import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { OrganiserManager } from '../../platform/database/database.js';

/** Who may reset whose second factor. */
@Injectable()
export class SecondFactorResetRepository {
  /** Whether the roles of this transaction reach over the whole organisation. */
  async reachesEverybody(manager: OrganiserManager): Promise<boolean> {
    const [row] = await manager.query<{ yes: boolean }[]>('SELECT watches_over_everybody() AS yes');
    return row?.yes === true;
  }

  async accountExists(manager: EntityManager, organiserId: string): Promise<boolean> {
    const rows = await manager.query<unknown[]>('SELECT 1 FROM organiser WHERE id = $1', [
      organiserId,
    ]);
    return rows.length > 0;
  }
}
