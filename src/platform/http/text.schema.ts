import { z } from 'zod';
import { endOfLondonDay, startOfLondonDay } from '../time/london-day.js';

/** C0 and C1 controls, DEL, and the separators that break lines; tab and newline are added below. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const CONTROLS_BUT_LINES = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;
/** Marks that turn the direction of writing: they make a text read as what it is not. */
const DIRECTION_MARKS = /[\u202a-\u202e\u2066-\u2069]/;

/** Nothing but what no screen shows: format characters, separators, fillers, the blank of Braille. */
const ALL_INVISIBLE = /^[\s\p{Z}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u;

const LONE_SURROGATES = /\p{Cs}/u;

/** Nothing but ASCII that shows: nothing to normalise, and nothing to refuse. */
const PLAIN_LINE = /^[\x20-\x7e]*$/;

/** Bounds of a text, in UTF-16 code units after trimming and normalising. */
export interface TextOptions {
  readonly max: number;
  /** Default 1: a text that is given says something. */
  readonly min?: number;
  /** Whether new lines and tabs are allowed. */
  readonly multiline?: boolean;
  /** Said when the text is missing or too short; default: plain words. */
  readonly needed?: string;
}

/**
 * The shared text schema; every string of the API goes through it. Trims, normalises to NFC (so
 * that one name has one spelling), takes invisible characters alone for nothing, and refuses what PostgreSQL's text and jsonb cannot keep (NUL,
 * lone surrogates) and what forges lines (control characters).
 */
export function text(options: TextOptions) {
  const { max, min = 1, multiline = false, needed } = options;
  const controls = multiline ? CONTROLS_BUT_LINES : CONTROLS;
  return z
    .string(needed === undefined ? {} : { error: needed })
    .overwrite((value) => normalise(value, multiline))
    .min(min, needed ?? (min === 1 ? 'This must not be empty.' : undefined))
    .max(max, `This may have at most ${max} characters.`)
    .refine((value) => PLAIN_LINE.test(value) || !LONE_SURROGATES.test(value), {
      error: 'This contains characters that cannot be stored. Please type it again.',
      params: { code: 'invalid_characters' },
    })
    .refine(
      (value) => PLAIN_LINE.test(value) || (!controls.test(value) && !DIRECTION_MARKS.test(value)),
      {
        error: multiline
          ? 'This contains invisible control characters. Please type it again.'
          : 'This must be one line without invisible control characters.',
        params: { code: 'invalid_characters' },
      },
    );
}

function normalise(value: string, multiline: boolean): string {
  if (PLAIN_LINE.test(value)) return value.trim();
  const lines = multiline ? value.replace(/\r\n?/g, '\n') : value;
  // Zero-width characters belong inside names and emoji, but make no text by themselves.
  return ALL_INVISIBLE.test(lines) ? '' : lines.trim().normalize('NFC');
}

const NO_AT_MESSAGE = 'An email address must contain an @, such as name@example.org.';
const EMAIL_MESSAGE = 'Please check the email address; it should look like name@example.org.';

/**
 * An email address as typed, trimmed, at most 254 characters (RFC 5321, 4.5.3.1.3). Checks the
 * shape in linear time: one @, no spaces, line breaks, display names or angle brackets. Whether it
 * reaches anybody only a message can tell.
 */
export function emailAddress() {
  return text({ max: 254, needed: 'Please give an email address.' })
    .refine(looksLikeEmail, {
      // One refinement, and no `abort`: that would silence the rules over several fields.
      error: ({ input }) => (String(input).includes('@') ? EMAIL_MESSAGE : NO_AT_MESSAGE),
      params: { code: 'invalid_email' },
    })
    .meta({ format: 'email', examples: ['name@example.org'] });
}

function looksLikeEmail(value: string): boolean {
  const at = value.lastIndexOf('@');
  const local = value.slice(0, at);
  const domain = value.slice(at + 1);
  if (local === '' || local.length > 64 || /[\s@<>()[\]\\,;:"]/.test(local)) return false;
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..')) return false;
  const labels = domain.split('.');
  // Letters of any script, since addresses and domains may be international (RFC 6531).
  const fits = (label: string): boolean =>
    label.length <= 63 && /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?$/u.test(label);
  return labels.length >= 2 && labels.every(fits) && /[^\d]/.test(labels.at(-1) ?? '');
}

/** PostgreSQL knows no year 0, and RFC 3339 none of more than four digits, which follow a sign. */
const isInKnownYear = (value: string): boolean => !/^(?:0000-|[+-])/.test(value);

/** A day that exists, `YYYY-MM-DD` (RFC 3339 full-date), from the year 1 on. */
export function isoDate() {
  const error = 'This must be a date that exists, such as 1990-05-17.';
  return z.iso
    .date({ error })
    .refine(isInKnownYear, { error, params: { code: 'out_of_range' } })
    .meta({ examples: ['1990-05-17'] });
}

/** A time with its offset, RFC 3339; kept as the same moment in UTC, of the years 1 to 9999. */
export function isoTime() {
  const error = 'This must be a time with its offset, such as 2026-11-23T09:30:00Z.';
  return z.iso
    .datetime({ offset: true, error })
    .overwrite((value) => {
      const time = new Date(value);
      return Number.isNaN(time.getTime()) ? value : time.toISOString();
    })
    .refine(isInKnownYear, { error, params: { code: 'out_of_range' } })
    .meta({ examples: ['2026-11-23T09:30:00Z'] });
}

/** The last moment that `dayOrTime` takes: what is meant to be for ever is better left out. */
const FAR_AWAY = '2200-01-01T00:00:00.000Z';

/**
 * A moment, as a time with its offset (RFC 3339) or as a day in London (`YYYY-MM-DD`), which stands
 * for its beginning or its end: what holds “until” a day holds on that day. Kept in UTC.
 */
export function dayOrTime(edge: 'start' | 'end') {
  return z
    .string('This must be a day, such as 2027-03-31, or a time with its offset.')
    .overwrite((value) => {
      const day = isoDate().safeParse(value);
      if (day.success) {
        const ofDay = edge === 'start' ? startOfLondonDay : endOfLondonDay;
        return day.data < FAR_AWAY ? ofDay(day.data).toISOString() : FAR_AWAY;
      }
      return isoTime().safeParse(value).data ?? value;
    })
    .refine((value) => isoTime().safeParse(value).success, {
      error: 'This must be a day, such as 2027-03-31, or a time with its offset.',
      params: { code: 'invalid_time' },
    })
    .refine((value) => value < FAR_AWAY || !isoTime().safeParse(value).success, {
      error: 'This is too far away. Leave it out where it has no end.',
      params: { code: 'out_of_range' },
    })
    .meta({ examples: ['2027-03-31', '2027-03-31T12:00:00Z'] });
}

/** A time as text, unchanged: one of the database has six digits of a second, a `Date` three. */
export function isoTimeInFull() {
  return z.string().refine((value) => isoTime().safeParse(value).success);
}

/** For answers: a moment of the database (`Date`) or text, written as RFC 3339 in UTC. */
export function instant() {
  return z
    .preprocess(
      (value) => (value instanceof Date ? value.toISOString() : value),
      z.iso.datetime({ offset: true }),
    )
    .meta({ examples: ['2026-11-23T09:30:00.000Z'] });
}

/** An id of ours: a UUID, version 7 (RFC 9562), in lower case. */
export function uuidV7Id() {
  return z
    .uuidv7({ error: 'This is not an id of this system.' })
    .overwrite((value) => value.toLowerCase())
    .meta({ examples: ['0193594b-6d1e-7c3a-9a54-0f6f1c2e8b11'] });
}

/** The `{ id }` of a path; a malformed one is a 404 by way of the validation pipe. */
export const idParameterSchema = z.object({ id: uuidV7Id() });
export type IdParameter = z.infer<typeof idParameterSchema>;
