import { z } from 'zod';

/**
 * In a query a plus sign means a blank (as forms send it), and people type `+44…` and `…+01:00`
 * there: where only a plus sign makes sense, it was one.
 */
const recipient = z
  .string()
  .transform((to) => to.replace(/^ (?=\d)/, '+').trim())
  .describe('Whole email address or telephone number of the recipient, in whatever case');

const since = z
  .string()
  .transform((time) => time.replace(/ (?=\d\d:\d\d$)/, '+'))
  .pipe(
    z.iso.datetime({
      offset: true,
      error: 'Give a time like 2026-03-01T09:30:00Z (RFC 3339).',
    }),
  )
  .transform((time) => new Date(time))
  .describe('Only messages of this time and later, RFC 3339');

/** Query of `GET /dev/messages`. */
export const messagesQuerySchema = z.object({
  to: recipient.optional(),
  since: since.optional(),
});

/** Query of `GET /dev/mailbox`; an empty field of the form means everybody. */
export const mailboxQuerySchema = z.object({ to: recipient.default('') });

export type MessagesQuery = z.output<typeof messagesQuerySchema>;
export type MailboxQuery = z.output<typeof mailboxQuerySchema>;

/** One message in the answer of `GET /dev/messages`. */
export const sentMessageSchema = z
  .object({
    channel: z.enum(['email', 'sms']),
    to: z.string().describe('Email address or telephone number (E.164)'),
    subject: z.string().nullable().describe('Null for an SMS'),
    text: z.string().describe('Plain text; empty where an email has only HTML'),
    html: z.string().nullable(),
    at: z.string().describe('When it left, RFC 3339 in UTC'),
    messageId: z.string().nullable().describe('The Message-ID header of an email'),
  })
  .meta({ id: 'DevelopmentMessage' });

export type SentMessage = z.output<typeof sentMessageSchema>;
