import { Secret, TOTP } from 'otpauth';
import type { Choices } from './choices.js';
import type { Operation } from './api-description.js';
import type { ValuePool } from './value-pool.js';

/** The password of all organisers of a fuzzing stage. */
export const ORGANISERS_PASSWORD = 'a password for fuzzing only';

/** Another that may be chosen. */
export const OTHER_PASSWORD = 'orchid tractor velvet 47 umbrella';
/** What all apps of a fuzzing stage make their codes of. */
export const APP_SECRET = new Secret({ buffer: Uint8Array.from(Buffer.alloc(20, 'fuzz')).buffer });
/** What the app shows now, or so many half minutes later. */
export function codeOfApp(later = 0): string {
  return new TOTP({ secret: APP_SECRET }).generate({ timestamp: Date.now() + later * 30_000 });
}

/** A recovery code of every account that has a second factor. */
export const RECOVERY_CODE = '7K3Q-9F0T-XWB2-64HN-0ZDR-M8VP';

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

/** A day so many days from now. */
const dayFromNow =
  (least: number, most: number): Sensible =>
  (choices) =>
    new Date(Date.now() + choices.between(least, most) * 86_400_000).toISOString().slice(0, 10);
const timeFromNow =
  (least: number, most: number): Sensible =>
  (choices) =>
    new Date(Date.now() + choices.between(least, most) * 86_400_000).toISOString();
const appCode: Sensible = (choices) => codeOfApp(choices.between(-1, 1));
/** Mostly a branch. */
const unitId: Sensible = (choices, pool) =>
  pool.pick(choices.chance(0.8) ? 'branches.id' : 'regions.id', choices);

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

/**
 * What fits every unit of the kind that is drawn for it. The national office's is given to nobody:
 * another could close the account that most is asked as.
 */
const role: Sensible = oneOf('branch_secretary', 'reader', 'campaign_lead');

/** What is typed of a card or a call. */
const INTAKE: Readonly<Record<string, Sensible>> = {
  on: dayFromNow(-100, 0),
  with: oneOf('Kim', 'Zoë Öz'),
  kind: oneOf('signed_card', 'spoken', 'recorded_call', 'letter'),
  wording: oneOf('card-2026-10'),
  reference: (choices) => `R-${choices.between(0, 100_000)}`,
  card: (choices) => `C-${choices.between(0, 100_000)}`,
  batchId: known('join-submission-batches.id', '018f0000-0000-7000-8000-000000000000'),
  personId: known('people.id', '018f0000-0000-7000-8000-000000000000'),
};

const SECOND_FACTOR: Readonly<Record<string, Sensible>> = {
  password: oneOf(ORGANISERS_PASSWORD),
  code: appCode,
  recoveryCode: oneOf(RECOVERY_CODE),
};

/** Where a name means something else than elsewhere. */
const BY_OPERATION: Readonly<Record<string, Readonly<Record<string, Sensible>>>> = {
  'POST /v1/admin/regions': { slug },
  'POST /v1/admin/branches': { slug },
  'GET /v1/join/challenge': { formId: oneOf('fuzz-guarded') },
  'POST /v1/admin/forms': {
    ...FORM,
    slug: (choices) => `form-${choices.between(0, 100_000)}`,
    unitId,
  },
  'PATCH /v1/admin/forms/{id}': FORM,
  'POST /v1/admin/api-keys': {
    unitId,
    expiresAt: timeFromNow(1, 700),
  },
  'POST /v1/admin/api-keys/{id}/rotate': { overlapHours: oneOf(0, 0, 1, 168) },
  'POST /v1/admin/coverage-rules': {
    unitId,
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
  'POST /v1/admin/posts/{id}/cover': {
    organiserId: (choices, pool) => pool.pick('organisers.id', choices),
    from: dayFromNow(1, 1000),
    until: dayFromNow(300, 1300),
  },
  'POST /v1/admin/grants': {
    organiserId: (choices, pool) => pool.pick('organisers.id', choices),
    role,
    unit: (choices, pool) => pool.pick('branches.id', choices),
    // Today mostly: only one that has begun can be confirmed.
    validFrom: (choices, pool, operation) =>
      dayFromNow(0, choices.chance(0.1) ? 30 : 0)(choices, pool, operation),
    validUntil: dayFromNow(40, 400),
  },
  'PATCH /v1/admin/grants/{id}': { validFrom: dayFromNow(0, 1), validUntil: dayFromNow(20, 400) },
  'POST /v1/admin/grants/{id}/confirm': { validUntil: dayFromNow(401, 3000) },
  'POST /v1/admin/me/second-factor': SECOND_FACTOR,
  'POST /v1/admin/me/second-factor/confirm': SECOND_FACTOR,
  'POST /v1/admin/me/second-factor/recovery-codes': SECOND_FACTOR,
  'POST /v1/admin/me/second-factor/switch-off': SECOND_FACTOR,
  'POST /v1/admin/organisers': {
    role,
    unitId: (choices, pool) => pool.pick('branches.id', choices),
    validFrom: timeFromNow(-10, 10),
    validUntil: timeFromNow(20, 400),
  },
  'POST /v1/admin/invitations/accept': {
    token: known('invitation token', 'x'),
    password: oneOf(OTHER_PASSWORD),
  },
  // The same again, so that it can be changed once more.
  'POST /v1/admin/me/password': {
    currentPassword: oneOf(ORGANISERS_PASSWORD),
    newPassword: oneOf(ORGANISERS_PASSWORD),
  },
  'POST /v1/admin/password-resets/complete': {
    token: known('reset token', 'x'),
    password: oneOf(OTHER_PASSWORD),
  },
  'POST /account/{token}': { password: oneOf(OTHER_PASSWORD), again: oneOf(OTHER_PASSWORD) },
  'POST /v1/admin/join-submissions': INTAKE,
  'POST /v1/admin/join-submission-batches': { ...INTAKE, conversationOn: dayFromNow(-100, 0) },
  'PATCH /v1/admin/join-submission-batches/{id}': {
    ...INTAKE,
    conversationOn: dayFromNow(-100, 0),
  },
  'POST /v1/admin/join-submission-batches/{id}/submissions': INTAKE,
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
