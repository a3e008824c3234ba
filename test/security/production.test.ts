import { describe, expect, it } from 'vitest';
import {
  ConfigurationError,
  DEMO_PASSWORD,
  type Settings,
  loadConfiguration,
} from '../../src/platform/config/configuration.js';

const GOOD = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://join.example.org',
  MAIL_FROM: 'office@example.org',
  DATABASE_URL: 'postgres://branchline_app:a-password-of-the-database@127.0.0.1/branchline',
  SMTP_URL: 'smtps://office:a-password-of-the-mail-server@127.0.0.1',
  LINK_SECRET: 'a secret of tests that is long enough',
  SECOND_FACTOR_SECRET: 'another secret of tests that is long enough',
};

function faultsOf(changes: Settings): string {
  try {
    loadConfiguration({}, { ...GOOD, ...changes });
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  return '';
}

describe('production', () => {
  it('starts with settings that are its own', () => {
    expect(faultsOf({})).toBe('');
  });

  it.each<[string, Settings]>([
    ['PUBLIC_URL is missing', { PUBLIC_URL: '' }],
    ['MAIL_FROM is missing', { MAIL_FROM: '' }],
    ['LINK_SECRET is missing', { LINK_SECRET: '' }],
    ['SECOND_FACTOR_SECRET is missing', { SECOND_FACTOR_SECRET: '' }],
    ['SECOND_FACTOR_SECRET: must have at least 32 characters', { SECOND_FACTOR_SECRET: 'short' }],
    ['SECOND_FACTOR_FOR must be national or everybody', { SECOND_FACTOR_FOR: 'nobody' }],
    ['OIDC_ISSUER must begin with https://', { OIDC_ISSUER: 'http://id.example.org' }],
    ['OIDC_CLIENT_SECRET is missing', { OIDC_ISSUER: 'https://id.example.org' }],
    ['LINK_SECRET: must have at least 32 characters', { LINK_SECRET: 'short' }],
    ['PUBLIC_URL must begin with https://', { PUBLIC_URL: 'http://join.example.org' }],
    ['PUBLIC_URL must begin with https://', { PUBLIC_URL: 'http://localhost.example.org' }],
    ['BRANCHLINE_DEMO_PASSWORD must not be set', { BRANCHLINE_DEMO_PASSWORD: 'a password' }],
    ['LINK_SECRET holds the demo password', { LINK_SECRET: DEMO_PASSWORD.repeat(2) }],
    [
      'DATABASE_URL holds the demo password',
      { DATABASE_URL: `postgres://app:${DEMO_PASSWORD}@127.0.0.1/branchline` },
    ],
  ])('does not start where %s', (fault, changes) => {
    expect(faultsOf(changes)).toContain(fault);
  });

  it('asks for a second factor wherever the whole country is seen, and only there unless told', () => {
    expect(loadConfiguration({}, GOOD).secondFactorFor).toBe('national');
    const everybody = { ...GOOD, SECOND_FACTOR_FOR: 'everybody' };
    expect(loadConfiguration({}, everybody).secondFactorFor).toBe('everybody');
    expect(loadConfiguration({}, { ...GOOD, NODE_ENV: 'development' }).secondFactorFor).toBe(
      'nobody',
    );
  });

  it('tells no value, least of all a secret one', () => {
    const changes = { DATABASE_URL: 'mysql://root:hunter22@db', LINK_SECRET: 'hunter23' };
    const told = faultsOf({ ...changes, SMTP_URL: 'hunter24' });
    expect(told).toContain('The configuration has 3 fault(s)');
    expect(told).not.toContain('hunter');
    expect(JSON.stringify(loadConfiguration({}, GOOD))).toBe('"[configuration]"');
  });
});
