import { HandlesJob, type OutsideHandler } from '../../platform/queue/job.js';
import { AuditSealer } from '../audit-sealer.js';
import { sealAudit } from '../seal-audit.definition.js';

/**
 * Seals the audit trail apart from the deeds that write it: the chain has one end, and deeds that
 * waited for each other at it would stand in line. In batches with a commit each, so that a lot of
 * events at once is sealed although this job's time is bounded.
 */
@HandlesJob(sealAudit)
export class SealAuditJob implements OutsideHandler<Record<string, never>, object> {
  constructor(private readonly sealer: AuditSealer) {}

  async begin(): Promise<object> {
    return {};
  }

  async perform(): Promise<void> {
    await this.sealer.seal();
  }

  async finish(): Promise<void> {
    // Each batch is committed already.
  }
}
