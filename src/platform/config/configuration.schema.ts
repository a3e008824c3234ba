import { isIP } from 'node:net';
import { z } from 'zod';

/** The sender where none is given, as while trying. */
export const DEFAULT_MAIL_FROM = 'Branchline <office@example.org>';

const flag = z
  .enum(['true', 'false', '1', '0'])
  .transform((value) => value === 'true' || value === '1');

const list = z.string().transform((value) => value.split(/[\s,]+/).filter((entry) => entry !== ''));

const networks = list.refine(
  (entries) => entries.every(isNetwork),
  'must be addresses or networks such as 10.0.0.0/8, separated by spaces or commas',
);

const origins = list.refine(
  (entries) => entries.every(isOrigin),
  'must be origins such as https://www.example.org, separated by spaces or commas',
);

const port = z.coerce.number().int().min(0).max(65535);
const count = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

const url = (protocols: string[], sentence: string) =>
  z.string().refine((value) => {
    const parsed = URL.canParse(value) ? new URL(value) : undefined;
    return parsed !== undefined && protocols.includes(parsed.protocol);
  }, sentence);

const postgresUrl = url(
  ['postgres:', 'postgresql:'],
  'must be a URL like postgres://user:password@host:5432/database',
);

/** One or several redis URLs, separated by commas; several make a cluster. */
const redisUrls = z
  .string()
  .refine(
    (value) =>
      value
        .split(',')
        .every(
          (one) => URL.canParse(one.trim()) && /^rediss?:$/.test(new URL(one.trim()).protocol),
        ),
    'must be redis://host:6379 (or rediss://), several separated by commas for a cluster',
  );

const secondFactorSecret = z
  .string()
  .min(32, 'must have at least 32 characters (openssl rand -base64 32)');

/** What stands in braces in an address of map tiles; `{s}` and `{r}` may besides. */
const TILE_MARKS = ['z', 'x', 'y'];

const tileTemplate = z
  .string()
  .max(500)
  .refine(
    isTileTemplate,
    'must be an address like https://tile.example.org/{z}/{x}/{y}.png; {s} only before the host',
  );

/**
 * Every setting of every process, from the environment. A setting that is absent takes the default
 * that is named here; `docs/operating.md` explains each in words.
 */
export const environmentSchema = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  /** Address the API listens on. Production listens on all interfaces, otherwise loopback only. */
  HOST: z.string().optional(),
  PORT: port.default(3000),
  WORKER_PORT: port.default(3001),
  /** The address under which people reach the API; links in messages begin with it. */
  PUBLIC_URL: url(['http:', 'https:'], 'must be an address like https://join.example.org')
    .transform((value) => value.replace(/\/+$/, ''))
    .optional(),
  /** Where organisers sign in to look at their people, for the mails that speak of them. */
  CONSOLE_URL: url(['https:'], 'must be an address like https://console.example.org').optional(),
  DATABASE_URL: postgresUrl,
  /** The owner's login, for migrations only. */
  DATABASE_OWNER_URL: postgresUrl.optional(),
  /** Past any pooler, for LISTEN and BullMQ on PostgreSQL. Default: DATABASE_URL. */
  DATABASE_DIRECT_URL: postgresUrl.optional(),
  /** True behind a PgBouncer that cannot keep named statements or start-up options. */
  DATABASE_PGBOUNCER: flag.default(false),
  DATABASE_POOL_SIZE: count(2, 200).default(16),
  QUEUE_URL: redisUrls.optional(),
  SMTP_URL: url(['smtp:', 'smtps:'], 'must be a URL like smtp://user:password@host:587'),
  MAIL_FROM: z.string().min(3).max(320).default(DEFAULT_MAIL_FROM),
  /** Signs the links of duty pages and confirmations. Changing it makes sent links useless. */
  LINK_SECRET: z.string().min(32, 'must have at least 32 characters (openssl rand -base64 32)'),
  /** Seals the secrets of second factors. Required in production; else it follows from LINK_SECRET. */
  SECOND_FACTOR_SECRET: secondFactorSecret.optional(),
  /** The one before, while secrets that it sealed are still there. */
  SECOND_FACTOR_SECRET_PREVIOUS: secondFactorSecret.optional(),
  /** Who has to have a second factor. Default: `national` in production, else `nobody`. */
  SECOND_FACTOR_FOR: z.enum(['nobody', 'national', 'everybody']).optional(),
  /** A provider of identities by which organisers may sign in. Default: none. */
  OIDC_ISSUER: url(
    ['http:', 'https:'],
    'must be an address like https://id.example.org',
  ).optional(),
  OIDC_CLIENT_ID: z.string().min(1).max(300).optional(),
  OIDC_CLIENT_SECRET: z.string().min(1).max(1000).optional(),
  /** What a console writes on the button. */
  OIDC_LABEL: z.string().min(1).max(100).default('Sign in with your organisation'),
  /** The page of the console that takes the code of a sign-in. */
  OIDC_CONSOLE_URL: url(
    ['http:', 'https:'],
    'must be an address like https://console.example.org/signed-in',
  ).optional(),
  /** Whether an account is found by the provider's verified email address the first time. */
  OIDC_LINK_BY_EMAIL: flag.default(false),
  /** Whether the provider's second factor stands in for ours: always, where `amr` says so, never. */
  OIDC_SECOND_FACTOR: z.enum(['required', 'amr', 'trusted']).default('required'),
  /** Addresses or networks of proxies whose X-Forwarded-For is believed. */
  TRUSTED_PROXIES: networks.default([]),
  /** Who may read /metrics. None given: this machine and private networks. */
  METRICS_NETWORKS: networks.default([]),
  RATE_LIMIT_EXEMPT: networks.default([]),
  RATE_LIMIT_JOIN_PER_ADDRESS: count(1, 1_000_000).default(30),
  RATE_LIMIT_JOIN_PER_FORM: count(1, 10_000_000).default(3000),
  RATE_LIMIT_JOIN_PER_KEY: count(1, 10_000_000).default(600),
  RATE_LIMIT_LOOKUP_PER_ADDRESS: count(1, 1_000_000).default(120),
  RATE_LIMIT_SIGN_IN_PER_ADDRESS: count(1, 1_000_000).default(10),
  /** Requests for a link that sets a new password, an address in 15 minutes. */
  RATE_LIMIT_PASSWORD_RESET_PER_ADDRESS: count(1, 1_000_000).default(10),
  BODY_LIMIT_BYTES: count(1024, 10_000_000).default(64 * 1024),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** The form of a post that names none; all others are kept in the database. */
  JOIN_FORM_ID: z.string().min(1).max(100).default('join'),
  /** Origins that may post the form besides PUBLIC_URL; `http://localhost:*` stands for any port. */
  JOIN_FORM_ORIGINS: origins.default([]),
  /** Where a form post goes after success; its origin must be an allowed one. Default: /join/thanks. */
  JOIN_FORM_THANK_YOU_URL: url(
    ['http:', 'https:'],
    'must be an address like https://www.example.org/thank-you',
  ).optional(),
  /** Whether that form asks for proof of work. */
  JOIN_FORM_CHALLENGE: flag.default(false),
  PRIVACY_NOTICE_VERSION: z.string().min(1).max(100).default('2026-11'),
  MINIMUM_AGE: count(0, 18).default(14),
  NEAREST_BRANCH_LIMIT_KM: z.coerce.number().min(0).max(2000).default(50),
  /** Pictures behind the map of branches. Default: none, the map draws the coast by itself. */
  BRANCH_MAP_TILES: tileTemplate.optional(),
  /** Whom the pictures are from, in words; an address at its end becomes a link. */
  BRANCH_MAP_ATTRIBUTION: z.string().min(3).max(300).optional(),
  /** How long it can be looked up whom a dry run or recompute moves, in days. */
  ALLOCATION_RUN_DAYS: count(1, 3650).default(30),
  /** For how long a grant that has ended still lets its holder read, in days; 0: not at all. */
  GRANT_GRACE_DAYS: count(0, 365).default(60),
  ACKNOWLEDGEMENTS_PER_ADDRESS_PER_DAY: count(1, 1000).default(3),
  /** How long the link of an invitation works, in days. */
  INVITATION_DAYS: count(1, 60).default(7),
  /** How long the link that sets a new password works, in minutes. */
  PASSWORD_RESET_MINUTES: count(5, 1440).default(60),
  FOLLOW_UP_DUE_WORKING_DAYS: count(1, 60).default(2),
  FOLLOW_UP_REMIND_WORKING_DAYS: count(1, 60).default(1),
  WORKER_CONCURRENCY: count(1, 200).default(8),
  /** Longest time a shutdown waits for running requests and jobs, in seconds. */
  SHUTDOWN_SECONDS: count(1, 600).default(20),
  /** Development only: the password of the demo organisers. */
  BRANCHLINE_DEMO_PASSWORD: z.string().min(8).max(128).optional(),
});

export type Environment = z.infer<typeof environmentSchema>;

function isNetwork(entry: string): boolean {
  const [address = '', bits = '0', ...rest] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || !/^\d{1,3}$/.test(bits)) return false;
  return Number(bits) <= (version === 6 ? 128 : 32);
}

/** An exact origin, or one of any port: `http://localhost:*`. */
function isOrigin(entry: string): boolean {
  const bare = entry.replace(/:\*$/, '');
  return URL.canParse(bare) && new URL(bare).origin === bare;
}

/** An address with the marks of a tile; nothing but `{s}` may stand for a part of the host. */
function isTileTemplate(value: string): boolean {
  const bare = value.replace(/^(https?:\/\/)\{s\}\./, '$1a.');
  if (!/^https?:\/\/[^{}/?#\s@]+\/\S+$/.test(bare) || !URL.canParse(bare)) return false;
  // What stands between braces is every second part.
  const marks = bare.split(/[{}]/).filter((_part, index) => index % 2 === 1);
  return (
    TILE_MARKS.every((mark) => marks.includes(mark)) &&
    marks.every((mark) => mark === 'r' || TILE_MARKS.includes(mark))
  );
}
