import { readFileSync } from 'node:fs';
import { ConfigurationError, type Settings } from './configuration.js';
import { DEFAULT_MAIL_FROM } from './configuration.schema.js';
import { developmentSettings, ownerUrlFile } from './development-settings.js';

/** What the operator's commands need; they run without the rest of the configuration. */
export interface OperatorSettings {
  ownerUrl: string;
  applicationPassword: string | undefined;
  /** The sender of all mail; whatever a command causes to be sent carries its domain. */
  mailFrom: string;
  /** Where `postcodes download` fetches Code-Point Open. */
  codePointOpenUrl: string;
}

/** The OS Downloads API, which needs no key (https://osdatahub.os.uk/docs/downloads/overview). */
const CODE_POINT_OPEN_URL =
  'https://api.os.uk/downloads/v1/products/CodePointOpen/downloads?area=GB&format=CSV&redirect';

/**
 * The database that is named; where none is, that of the `npm start` that runs on `DATA_DIR`.
 *
 * @throws ConfigurationError when there is neither.
 */
export function operatorSettings(environment: Settings = process.env): OperatorSettings {
  const ownerUrl =
    environment['DATABASE_OWNER_URL'] ||
    environment['DATABASE_URL'] ||
    developmentOwnerUrl(environment);
  if (!ownerUrl) {
    throw new ConfigurationError([
      'DATABASE_OWNER_URL is missing (the login that migrates), and no npm start is running here',
    ]);
  }
  return {
    ownerUrl,
    applicationPassword: environment['APP_DATABASE_PASSWORD'] || undefined,
    mailFrom: environment['MAIL_FROM'] || DEFAULT_MAIL_FROM,
    codePointOpenUrl: environment['CODE_POINT_OPEN_URL'] || CODE_POINT_OPEN_URL,
  };
}

function developmentOwnerUrl(environment: Settings): string | undefined {
  const settings = developmentSettings(environment);
  if (settings.production) return undefined;
  try {
    return readFileSync(ownerUrlFile(settings), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
