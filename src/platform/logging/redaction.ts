import { serializeError } from './error-serializer.js';

/** Names, in lower case and without separators, whose values are personal data or secrets. */
const REDACTED_NAMES = new Set([
  'email',
  'emails',
  'emailaddress',
  'phone',
  'phonenumber',
  'mobile',
  'telephone',
  'firstname',
  'lastname',
  'fullname',
  'givenname',
  'familyname',
  'displayname',
  'personname',
  'postcode',
  'postalcode',
  'zip',
  'address',
  'addresses',
  'line1',
  'line2',
  'town',
  'dateofbirth',
  'birthdate',
  'dob',
  'message',
  'note',
  'notes',
  'text',
  'html',
  'subject',
  'body',
  'to',
  'cc',
  'bcc',
  'from',
  'recipient',
  'replyto',
  'ip',
  'ipaddress',
  'remoteaddress',
  'useragent',
  'referrer',
  'authorization',
  'proxyauthorization',
  'cookie',
  'cookies',
  'setcookie',
  'token',
  'tokens',
  'accesstoken',
  'refreshtoken',
  'secret',
  'linksecret',
  'password',
  'passwordhash',
  'passphrase',
  'apikey',
  'totp',
  'iban',
  'accountnumber',
  'sortcode',
  'parameters',
  'headers',
  'idempotencykey',
]);

/** Endings that betray a compound name: `donorEmail`, `sessionToken`, `home_phone`. */
const REDACTED_ENDINGS = [
  'email',
  'phone',
  'token',
  'password',
  'secret',
  'postcode',
  'address',
  'givenname',
  'familyname',
  'dateofbirth',
];

const MARK = '[redacted]';
const MAXIMUM_DEPTH = 8;
const MAXIMUM_ENTRIES = 100;

/** What was found of names that have come up: the same few stand in every line. */
const knownNames = new Map<string, boolean>();
const MOST_KNOWN_NAMES = 1_000;

/** Whether values under this name are kept out of the log. */
export function isPersonalName(name: string): boolean {
  const known = knownNames.get(name);
  if (known !== undefined) return known;
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  const isPersonal =
    REDACTED_NAMES.has(plain) || REDACTED_ENDINGS.some((ending) => plain.endsWith(ending));
  if (knownNames.size < MOST_KNOWN_NAMES) knownNames.set(name, isPersonal);
  return isPersonal;
}

/**
 * A copy of a value that may go into a log: personal data and secrets are replaced by name at any
 * depth, errors lose what they carry of rows and parameters, circles and huge structures are cut.
 */
export function redact(value: unknown, seen: readonly object[] = []): unknown {
  if (value === null || typeof value !== 'object') {
    return typeof value === 'bigint' ? value.toString() : value;
  }
  if (value instanceof Error) return serializeError(value);
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return '[binary]';
  if (seen.includes(value)) return '[circle]';
  if (seen.length >= MAXIMUM_DEPTH) return '[deep]';
  const path = [...seen, value];
  if (value instanceof Map) return redact(Object.fromEntries(value), path);
  if (value instanceof Set) return redact([...(value as Set<unknown>)], path);
  if (Array.isArray(value)) {
    return value.slice(0, MAXIMUM_ENTRIES).map((entry: unknown) => redact(entry, path));
  }
  // What an object says of itself (a configuration that hides its values) goes before its fields.
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') {
    return redact((value as { toJSON(): unknown }).toJSON(), path);
  }
  return redactFields(value, path);
}

/** The same for the fields of one object; the result is a plain object. */
export function redactFields(
  value: object,
  path: readonly object[] = [value],
): Record<string, unknown> {
  const entries = Object.entries(value).slice(0, MAXIMUM_ENTRIES);
  return Object.fromEntries(
    entries.map(([name, entry]: [string, unknown]) => [
      name,
      isPersonalName(name) && entry !== undefined && entry !== null && typeof entry !== 'boolean'
        ? MARK
        : redact(entry, path),
    ]),
  );
}
