import { ConfigurationError, type Settings } from './configuration.js';

/** What the operator's commands need; they run without the rest of the configuration. */
export interface OperatorSettings {
  ownerUrl: string;
  applicationPassword: string | undefined;
}

/** @throws ConfigurationError when no database is named. */
export function operatorSettings(environment: Settings = process.env): OperatorSettings {
  const ownerUrl = environment['DATABASE_OWNER_URL'] || environment['DATABASE_URL'];
  if (!ownerUrl) {
    throw new ConfigurationError(['DATABASE_OWNER_URL is missing (the login that migrates)']);
  }
  return { ownerUrl, applicationPassword: environment['APP_DATABASE_PASSWORD'] || undefined };
}
