import { join, resolve } from 'node:path';
import { z } from 'zod';
import { DEMO_PASSWORD, type Settings } from './configuration.js';

const schema = z.object({
  NODE_ENV: z.string().optional(),
  DATA_DIR: z.string().default('.data'),
  DATABASE_URL: z.string().optional(),
  DATABASE_OWNER_URL: z.string().optional(),
  SMTP_URL: z.string().optional(),
  BRANCHLINE_DEMO_PASSWORD: z.string().default(DEMO_PASSWORD),
});

/** What `npm start` has to know before the configuration can be complete. */
export interface DevelopmentSettings {
  production: boolean;
  /** Absolute path of the folder that holds the embedded database, messages and secrets. */
  dataDir: string;
  /** Given: this database instead of the embedded one; the login that migrates it. */
  databaseOwnerUrl: string | undefined;
  /** Given: this server instead of the local inbox. */
  smtpUrl: string | undefined;
  demoPassword: string;
}

/** The file in which a running `npm start` tells the commands of its folder the owner's login. */
export function ownerUrlFile({ dataDir }: Pick<DevelopmentSettings, 'dataDir'>): string {
  return join(dataDir, 'owner-url');
}

export function developmentSettings(environment: Settings = process.env): DevelopmentSettings {
  const given = schema.parse(
    Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== '')),
  );
  return {
    production: given.NODE_ENV === 'production',
    dataDir: resolve(given.DATA_DIR),
    databaseOwnerUrl: given.DATABASE_OWNER_URL ?? given.DATABASE_URL,
    smtpUrl: given.SMTP_URL,
    demoPassword: given.BRANCHLINE_DEMO_PASSWORD,
  };
}
