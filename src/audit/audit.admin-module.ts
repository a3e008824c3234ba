import { Module } from '@nestjs/common';
import { AuditAdminRepository } from './audit-admin.repository.js';
import { AuditAdminController } from './audit.admin-controller.js';
import { AuditAdminService } from './audit.admin-service.js';

/** The audit trail in the admin API. */
@Module({
  controllers: [AuditAdminController],
  providers: [AuditAdminRepository, AuditAdminService],
})
export class AuditAdminModule {}
