import { DataSource } from 'typeorm';
import { OWNER_ROLE } from './connection-options.js';

/**
 * A short-lived connection as the owner, for operator commands that write what the application may
 * only read (units, accounts). The caller destroys it.
 */
export function ownerDataSource(url: string): Promise<DataSource> {
  return new DataSource({
    type: 'postgres',
    url,
    installExtensions: false,
    extra: { max: 1, options: `-c role=${OWNER_ROLE}` },
  }).initialize();
}
