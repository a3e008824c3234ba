/** The audit trail is not what it was; told in words. */
export class AuditTrailBroken extends Error {
  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'AuditTrailBroken';
  }
}
