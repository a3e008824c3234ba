import { Module } from '@nestjs/common';
import { AuditSealRepository } from './audit-seal.repository.js';
import { AuditSealer } from './audit-sealer.js';
import { SealAuditJob } from './jobs/seal-audit.job.js';

/** What the worker does with the audit trail. */
@Module({ providers: [AuditSealRepository, AuditSealer, SealAuditJob] })
export class AuditJobsModule {}
