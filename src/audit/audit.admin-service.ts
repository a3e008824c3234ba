import { Injectable } from '@nestjs/common';
import type { SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Database } from '../platform/database/database.js';
import { AuditAdminRepository } from './audit-admin.repository.js';
import type { AuditQuery } from './audit.admin-schemas.js';
import { recordDeed } from './audit.js';

/** The audit trail for the data-protection officer. Who reads in it leaves a trace in it. */
@Injectable()
export class AuditAdminService {
  constructor(
    private readonly database: Database,
    private readonly repository: AuditAdminRepository,
  ) {}

  list(organiser: SignedInOrganiser, query: AuditQuery) {
    return this.database.asOrganiser(organiser, async (manager) => {
      const page = await this.repository.page(manager, query);
      // Whose history was read is told; what else it was narrowed by is not.
      const { subjectKind = 'audit_event', subjectId = null } = query;
      await recordDeed(manager, organiser, 'audit.read', subjectKind, subjectId);
      return page;
    });
  }
}
