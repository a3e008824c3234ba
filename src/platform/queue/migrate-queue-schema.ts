import { runMigrations } from 'bullmq';
import type { Client } from 'pg';
import { QUEUES } from './job.js';

/**
 * Brings BullMQ's own tables (schema `bullmq`) to the version of the installed library. Runs as the
 * owner; the caller grants the application's role what is there afterwards.
 */
export async function migrateQueueSchema(client: Client): Promise<void> {
  await runMigrations(client, 'bullmq');
  // BullMQ makes a sequence with a queue's first job. The application's role may not create
  // anything, so they are made beforehand; the function is the library's own name for them.
  for (const queue of QUEUES) {
    const { rows } = await client.query<{ name: string }>(
      'SELECT quote_ident(bullmq.job_id_seq_name($1)) AS name',
      [queue],
    );
    await client.query(`CREATE SEQUENCE IF NOT EXISTS bullmq.${rows[0]?.name}`);
  }
}
