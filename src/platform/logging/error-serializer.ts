/** An error as the log shows it. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly [field: string]: unknown;
}

/**
 * Fields of errors that help and cannot hold personal data. A list of what is let through, since
 * `detail`, `where`, `parameters` and `hint` of PostgreSQL errors repeat the row
 * ("Key (email)=(…) already exists"), and unknown libraries put requests into their errors.
 */
const HARMLESS_FIELDS = [
  'code',
  'errno',
  'syscall',
  'status',
  'statusCode',
  'severity',
  'schema',
  'table',
  'column',
  'constraint',
  'routine',
  'responseCode',
  'command',
];

const MAXIMUM_DEPTH = 5;

/**
 * An error for the log: type, message, stack frames, harmless fields, and its causes. SQL text and
 * parameters stay out; addresses in messages are masked; messages of PostgreSQL's data exceptions
 * (class 22), which quote the value, are cut before it.
 */
export function serializeError(error: Error, depth = 0): LoggedError {
  const fields = error as Error & Record<string, unknown>;
  const result: Record<string, unknown> = {
    type: error.name === 'Error' ? error.constructor.name : error.name,
    message: safeErrorMessage(error),
  };
  const frames = stackFrames(error.stack);
  if (frames !== undefined) result['stack'] = frames;
  for (const field of HARMLESS_FIELDS) {
    const value = fields[field];
    if (typeof value === 'string' || typeof value === 'number') result[field] = value;
  }
  if (depth < MAXIMUM_DEPTH) {
    const inner = fields['driverError'] ?? error.cause;
    if (inner instanceof Error && inner !== error) {
      result['cause'] = serializeError(inner, depth + 1);
    }
    const several = fields['errors'];
    if (Array.isArray(several)) {
      result['errors'] = several
        .filter((one): one is Error => one instanceof Error)
        .slice(0, 10)
        .map((one) => serializeError(one, depth + 1));
    }
  }
  return result as LoggedError;
}

/** An error's message without the values that PostgreSQL quotes and without email addresses. */
export function safeErrorMessage(error: Error): string {
  const { code, driverError } = error as Error & { code?: unknown; driverError?: unknown };
  const state = typeof code === 'string' ? code : (driverError as { code?: unknown })?.code;
  let message = error.message.slice(0, 2000);
  if (typeof state === 'string' && /^22[0-9A-Z]{3}$/.test(state)) {
    message = message.split(/[:"]/, 1)[0] ?? '';
  }
  return maskEmails(message);
}

/** Masks what looks like an email address. Linear: both sides are bounded. */
export function maskEmails(text: string): string {
  return text.includes('@')
    ? text.replace(/[^\s@<>"'(=]{1,64}@[^\s@<>"')]{1,255}/g, '[email]')
    : text;
}

/** Only the frames: the head of a stack repeats the message, unmasked. */
function stackFrames(stack: string | undefined): string | undefined {
  const frames = stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return frames === undefined || frames.length === 0 ? undefined : frames.join('\n');
}
