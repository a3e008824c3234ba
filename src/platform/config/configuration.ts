import { z } from 'zod';
import { type Environment, environmentSchema } from './configuration.schema.js';

/** Password that the demo organisation ships with; production refuses to start with it anywhere. */
export const DEMO_PASSWORD = 'organise-together';

/** Every fault of the environment at once, by name and reason; values are never printed. */
export class ConfigurationError extends Error {
  constructor(readonly faults: string[]) {
    super(
      `The configuration has ${faults.length} fault(s):\n${faults.map((f) => `  - ${f}`).join('\n')}`,
    );
    this.name = 'ConfigurationError';
  }
}

/**
 * The settings of this process, checked. Built once at start and injected; nothing else reads the
 * environment. Its JSON form and its inspection show no value, so that no log can print a secret.
 */
export class Configuration {
  readonly publicUrl: string;
  readonly host: string;
  readonly directDatabaseUrl: string;
  readonly production: boolean;
  /** Seals the secrets of second factors. */
  readonly secondFactorSecret: string;
  readonly secondFactorFor: 'nobody' | 'national' | 'everybody';

  constructor(readonly environment: Environment) {
    this.production = environment.NODE_ENV === 'production';
    this.publicUrl = environment.PUBLIC_URL ?? `http://localhost:${environment.PORT}`;
    this.host = environment.HOST ?? (this.production ? '0.0.0.0' : '127.0.0.1');
    this.directDatabaseUrl = environment.DATABASE_DIRECT_URL ?? environment.DATABASE_URL;
    this.secondFactorSecret = environment.SECOND_FACTOR_SECRET ?? environment.LINK_SECRET;
    this.secondFactorFor =
      environment.SECOND_FACTOR_FOR ?? (this.production ? 'national' : 'nobody');
  }

  toJSON(): string {
    return '[configuration]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[configuration]';
  }
}

/** Settings by name, as the environment holds them. */
export type Settings = Readonly<Record<string, string | undefined>>;

/**
 * Reads and checks the environment.
 *
 * @param defaults what a process brings itself where the environment says nothing.
 * @throws ConfigurationError naming every fault at once.
 */
export function loadConfiguration(
  defaults: Settings = {},
  environment: Settings = process.env,
): Configuration {
  const given = { ...withoutBlanks(defaults), ...withoutBlanks(environment) };
  const parsed = environmentSchema.safeParse(given);
  const faults = parsed.success ? [] : parsed.error.issues.map(describeFault(given));
  faults.push(...mapFaults(given), ...openIdFaults(given), ...productionFaults(given));
  if (!parsed.success || faults.length > 0) throw new ConfigurationError(faults);
  return new Configuration(parsed.data);
}

function withoutBlanks(settings: Settings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
}

function describeFault(given: Record<string, string>) {
  return (issue: z.core.$ZodIssue): string => {
    const name = String(issue.path[0]);
    return given[name] === undefined ? `${name} is missing` : `${name}: ${issue.message}`;
  };
}

/** Whoever draws the pictures of a map asks to be named beside them. */
function mapFaults(given: Record<string, string>): string[] {
  return given['BRANCH_MAP_TILES'] !== undefined && given['BRANCH_MAP_ATTRIBUTION'] === undefined
    ? ['BRANCH_MAP_ATTRIBUTION is missing (BRANCH_MAP_TILES needs it: say whom they are from)']
    : [];
}

/** A provider of identities wants to know who asks. */
function openIdFaults(given: Record<string, string>): string[] {
  if (given['OIDC_ISSUER'] === undefined) return [];
  return ['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET']
    .filter((name) => given[name] === undefined)
    .map((name) => `${name} is missing (OIDC_ISSUER needs it)`);
}

/** What only production insists on: nothing that was made for trying may face the public. */
function productionFaults(given: Record<string, string>): string[] {
  if (given['NODE_ENV'] !== 'production') return [];
  const faults = ['PUBLIC_URL', 'MAIL_FROM', 'SECOND_FACTOR_SECRET']
    .filter((name) => given[name] === undefined)
    .map((name) => `${name} is missing (production needs it)`);
  if (given['BRANCHLINE_DEMO_PASSWORD'] !== undefined) {
    faults.push('BRANCHLINE_DEMO_PASSWORD must not be set in production');
  }
  if (/^http:\/\/(?!localhost[:/]|localhost$)/.test(given['PUBLIC_URL'] ?? '')) {
    faults.push(
      'PUBLIC_URL must begin with https:// in production (or be on localhost, to try it)',
    );
  }
  if (given['SECOND_FACTOR_FOR'] === 'nobody') {
    faults.push('SECOND_FACTOR_FOR must be national or everybody in production');
  }
  for (const name of ['OIDC_ISSUER', 'OIDC_CONSOLE_URL']) {
    if (given[name]?.startsWith('http:')) {
      faults.push(`${name} must begin with https:// in production`);
    }
  }
  const secrets = [
    'LINK_SECRET',
    'SECOND_FACTOR_SECRET',
    'DATABASE_URL',
    'DATABASE_OWNER_URL',
    'SMTP_URL',
  ];
  for (const name of secrets) {
    if (given[name]?.includes(DEMO_PASSWORD)) {
      faults.push(`${name} holds the demo password`);
    }
  }
  return faults;
}
