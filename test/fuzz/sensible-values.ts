import type { Choices } from './choices.js';
import type { Operation } from './api-description.js';
import type { ValuePool } from './value-pool.js';

/** The password of all organisers of a fuzzing stage. */
export const ORGANISERS_PASSWORD = 'a password for fuzzing only';

/** Whoever may sign in; the last one has no grant that says anything. */
export const ORGANISERS = [
  'national@example.org',
  'wales@example.org',
  'yorkshire@example.org',
  'treasurer@example.org',
  'dpo@example.org',
  'leeds@example.org',
] as const;

type Sensible = (choices: Choices, pool: ValuePool, operation: Operation) => unknown;

const oneOf =
  (...values: readonly unknown[]): Sensible =>
  (choices) =>
    choices.pick(values);
const known =
  (name: string, otherwise: string): Sensible =>
  (choices, pool) =>
    pool.pick(name, choices) ?? otherwise;

const GIVEN_NAMES = [
  'Sam',
  'Zoë',
  'Siân',
  'Nguyễn',
  '李',
  'O’Brien',
  'Jean-Luc',
  'Ада',
  'É',
  'נועה',
];
const FAMILY_NAMES = [
  'Jones',
  'Mac Donald',
  'Ng',
  "D'Arcy",
  'Müller-Lüdenscheidt',
  '王',
  'Öz',
  'X',
];
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'.split('');

/**
 * Values that make sense by the name of their field, where the schema alone cannot say: it knows
 * that a postcode is a text, and not which texts are postcodes.
 */
const BY_NAME: Readonly<Record<string, Sensible>> = {
  givenName: (choices) => choices.pick(GIVEN_NAMES),
  // Of many different people, and some of the same.
  familyName: (choices) =>
    `${choices.pick(FAMILY_NAMES)} ${choices.pick(LETTERS)}${choices.pick(LETTERS)}`,
  email: (choices) =>
    choices.weighted([
      [12, `sam.${choices.between(0, 20_000)}@example.org`],
      [1, `Sam+Tag.${choices.between(0, 100)}@Example.ORG`],
      [1, `zoë.${choices.between(0, 100)}@exämple.org`],
      [1, `${'l'.repeat(64)}@${'d'.repeat(63)}.example.org`],
    ]),
  phone: (choices) =>
    choices.weighted([
      [6, `07700 900${choices.between(100, 999)}`],
      [2, `+44 (0)7700 900${choices.between(100, 999)}`],
      [1, '020 7946 0123'],
      [1, '+353 1 555 0123'],
    ]),
  country: oneOf('GB', 'GB', 'GB', 'IE', 'fr', 'JE', 'uk', 'XK'),
  postcode: oneOf(
    'M14 5RX',
    'ls62aa',
    ' CF10  1EP ',
    'SW1A 1AA',
    'SWIA 1AA',
    'EH1 1YZ',
    'BT1 5GS',
    'NR1 3JU',
    'M14',
    'M',
    'JE2 3AB',
    'GIR 0AA',
    'BFPO 105',
    'QQ1 1AA',
    'TR1 1AA',
    'ZE1 0AA',
    'Ｍ１４ ５ＲＸ',
  ),
  dateOfBirth: (choices) =>
    `${choices.between(1900, 2020)}-${String(choices.between(1, 12)).padStart(2, '0')}-${String(choices.between(1, 28)).padStart(2, '0')}`,
  privacyNotice: oneOf('2026-11'),
  formId: oneOf('join', 'join', 'fuzz-guarded'),
  // The forms of the stage ask nothing; what is asked of made-up ones cannot be known here.
  answers: oneOf({}),
  fax_number: oneOf('', '', '', '0161 496 0000'),
  page: oneOf('https://www.example.org/join', '/join?x=1#top'),
  interests: oneOf(['stalls'], ['stalls', 'leaflets', 'Zoë'], []),
  message: oneOf(
    'I would like to help.',
    'Two\nlines\tand a tab',
    '👩‍👩‍👧 for all <b>of us</b> & more',
  ),
  note: oneOf('Rang at six', 'Two\nlines', 'Übermorgen ☎', '<i>no</i> & {{ answer }}'),
  cursor: (choices, pool, { path }) => pool.pick(`${path} cursor`, choices),
  q: (choices, pool) =>
    choices.weighted([
      [
        3,
        choices.pick([
          'sam',
          'jones',
          'sam jones',
          'zoë',
          'M14',
          'M14 5RX',
          '07700',
          '@example',
          '王',
        ]),
      ],
      [1, pool.pick('reference', choices) ?? 'J-7Q4K-2MXF'],
      [1, choices.pick(['%', '_', '%%%', 'a_b', '\\', "'", '( | ) & !', ':*', 'a'.repeat(200)])],
    ]),
  unit: (choices, pool) => pool.pick('branches.id', choices),
  region: known('regions.slug', 'wales'),
  branch: known('branches.slug', 'leeds'),
  assignedTo: (choices, pool) =>
    choices.chance(0.5) ? 'me' : (pool.pick('organisers.id', choices) ?? 'me'),
  updatedSince: oneOf(
    '2026-01-01T00:00:00Z',
    '2026-11-01T00:00:00+14:00',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
  ),
  from: oneOf('2026-01-01', '2020-02-29T12:00:00Z', '0001-01-01', '9999-12-31'),
  to: oneOf('2030-01-01', '2030-02-28T12:00:00.123456Z', '9999-12-31', '0001-01-01'),
  triesSeen: oneOf(0, 0, 1, 2),
  tries: oneOf(0, 0, 1),
  totp: oneOf('123456'),
};

/** Names in addresses, most of them new. */
const slug: Sensible = (choices) => `unit-${choices.between(0, 100_000)}`;

/** What a form says of addresses, and what it asks. */
const FORM: Readonly<Record<string, Sensible>> = {
  origins: oneOf([], ['https://www.example.org'], ['http://localhost:*']),
  thankYouUrl: oneOf(null),
  questions: oneOf(
    [],
    [{ type: 'text', key: 'landlord', label: 'Who is your landlord?' }],
    [
      { type: 'choices', key: 'help', label: 'How?', options: ['Stalls', 'Zoë'], maxChoices: 1 },
      { type: 'number', key: 'rent', label: 'Rent', required: true, minimum: -1, maximum: 9 },
    ],
  ),
};

/** Where a name means something else than elsewhere. */
const BY_OPERATION: Readonly<Record<string, Readonly<Record<string, Sensible>>>> = {
  'POST /v1/admin/regions': { slug },
  'POST /v1/admin/branches': { slug },
  'GET /v1/join/challenge': { formId: oneOf('fuzz-guarded') },
  'POST /v1/admin/forms': {
    ...FORM,
    slug: (choices) => `form-${choices.between(0, 100_000)}`,
    unitId: (choices, pool) =>
      pool.pick(choices.chance(0.8) ? 'branches.id' : 'regions.id', choices),
  },
  'PATCH /v1/admin/forms/{id}': FORM,
  'POST /v1/admin/api-keys': {
    unitId: (choices, pool) =>
      pool.pick(choices.chance(0.8) ? 'branches.id' : 'regions.id', choices),
    expiresAt: (choices) =>
      new Date(Date.now() + choices.between(1, 700) * 86_400_000).toISOString(),
  },
  'POST /v1/admin/api-keys/{id}/rotate': { overlapHours: oneOf(0, 0, 1, 168) },
  'POST /v1/admin/coverage-rules': {
    unitId: (choices, pool) =>
      pool.pick(choices.chance(0.8) ? 'branches.id' : 'regions.id', choices),
    // Outcodes and wards that nobody covers, mostly.
    code: (choices) =>
      choices.weighted([
        [6, `M${choices.between(30, 99)} ${choices.between(0, 9)}`],
        [2, `E05${choices.between(100_000, 999_999)}`],
        [1, choices.pick(['M14', 'LS', 'E14001350', 'E08000003'])],
      ]),
  },
  'POST /v1/admin/allocations/recompute': {
    dryRunId: (choices, pool) => pool.pick('dry-run.id', choices),
  },
  'POST /v1/admin/sessions': {
    email: oneOf(...ORGANISERS, 'nobody@example.org'),
    password: oneOf(ORGANISERS_PASSWORD, ORGANISERS_PASSWORD, 'a wrong password', '\u0000\ud800'),
  },
};

/** A value that fits a field of this name; undefined where only the schema can tell. */
export function sensibleValue(
  name: string,
  operation: Operation,
  choices: Choices,
  pool: ValuePool,
): unknown {
  const sensible = BY_OPERATION[operation.name]?.[name] ?? BY_NAME[name];
  return sensible?.(choices, pool, operation);
}
