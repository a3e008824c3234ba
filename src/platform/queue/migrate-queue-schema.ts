import { runMigrations } from 'bullmq';
import type { Client } from 'pg';

/** Brings BullMQ's own tables (schema `bullmq`) to the version of the installed library. */
export async function migrateQueueSchema(client: Client): Promise<void> {
  await runMigrations(client, 'bullmq');
}
