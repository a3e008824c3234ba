import type { UnitKind } from '../units/unit.js';
import { Injectable } from '@nestjs/common';
import type { OrganiserManager } from '../platform/database/database.js';
import type { Role } from './permissions.js';

export interface OwnGrant {
  role: Role;
  unit: { kind: UnitKind; slug: string; name: string };
  validFrom: Date;
  validUntil: Date | null;
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

  /** Grants that hold or will hold; those that have ended are history. */
  async grants(manager: OrganiserManager): Promise<OwnGrant[]> {
    return manager.query<OwnGrant[]>(
      `SELECT g.role, json_build_object('kind', u.kind, 'slug', u.slug, 'name', u.name) AS unit,
              g.valid_from AS "validFrom", g.valid_until AS "validUntil"
         FROM organiser_grant g JOIN unit u ON u.id = g.unit_id
        WHERE g.organiser_id = my_organiser_id()
          AND (g.valid_until IS NULL OR g.valid_until > clock_now())
        ORDER BY g.valid_from, g.id`,
    );
  }
}
