import type { TestDatabase } from './test-database.js';

/** Empties the audit trail, past the triggers that let nobody do so. */
export async function clearAudit(database: TestDatabase): Promise<void> {
  await database.sql(`
    SET session_replication_role = replica;
    TRUNCATE audit_event, audit_unsealed, audit_seal;
    RESET session_replication_role;`);
}
