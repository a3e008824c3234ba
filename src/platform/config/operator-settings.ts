import { ConfigurationError, type Settings } from './configuration.js';

/** What the operator's commands need; they run without the rest of the configuration. */
export interface OperatorSettings {
  ownerUrl: string;
  applicationPassword: string | undefined;
  /** Where `postcodes download` fetches Code-Point Open. */
  codePointOpenUrl: string;
}

/** The OS Downloads API, which needs no key (https://osdatahub.os.uk/docs/downloads/overview). */
const CODE_POINT_OPEN_URL =
  'https://api.os.uk/downloads/v1/products/CodePointOpen/downloads?area=GB&format=CSV&redirect';

/** @throws ConfigurationError when no database is named. */
export function operatorSettings(environment: Settings = process.env): OperatorSettings {
  const ownerUrl = environment['DATABASE_OWNER_URL'] || environment['DATABASE_URL'];
  if (!ownerUrl) {
    throw new ConfigurationError(['DATABASE_OWNER_URL is missing (the login that migrates)']);
  }
  return {
    ownerUrl,
    applicationPassword: environment['APP_DATABASE_PASSWORD'] || undefined,
    codePointOpenUrl: environment['CODE_POINT_OPEN_URL'] || CODE_POINT_OPEN_URL,
  };
}
