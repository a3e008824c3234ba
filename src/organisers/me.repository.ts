import type { UnitKind } from '../units/unit.js';
import { Injectable } from '@nestjs/common';
import type { OrganiserManager } from '../platform/database/database.js';
import { GRANT_COLUMNS, GRANT_STATE } from './grant-columns.js';
import type { GrantState } from './grants.admin-schemas.js';
import type { Role } from './permissions.js';
import { unitReference } from './record-columns.js';

export interface OwnGrant {
  id: string;
  role: Role;
  state: GrantState;
  unit: { kind: UnitKind; slug: string; name: string };
  validFrom: Date;
  validUntil: Date | null;
  readOnlyUntil: Date | null;
}

/** What an organiser may know of their own account. */
@Injectable()
export class MeRepository {
  async account(manager: OrganiserManager) {
    const [account] = await manager.query<{ id: string; name: string; email: string }[]>(
      'SELECT id, name, email FROM organiser WHERE id = my_organiser_id()',
    );
    return account;
  }

  /** Grants that hold, will hold or are in their grace; those that have ended are history. */
  async grants(manager: OrganiserManager): Promise<OwnGrant[]> {
    return manager.query<OwnGrant[]>(
      `SELECT ${GRANT_COLUMNS}, ${unitReference('u')} AS unit
         FROM organiser_grant g JOIN unit u ON u.id = g.unit_id
        WHERE g.organiser_id = my_organiser_id()
          AND ${GRANT_STATE} <> 'ended'
        ORDER BY g.valid_from, g.id`,
    );
  }
}
