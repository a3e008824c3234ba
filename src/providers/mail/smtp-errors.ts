import { MailRefused, MailUnavailable } from './mail-sender.js';

/** What nodemailer's errors carry besides their message, which may quote the address: never used. */
interface SmtpError {
  readonly code?: unknown;
  readonly responseCode?: unknown;
  readonly command?: unknown;
  readonly timeoutType?: unknown;
}

/** Commands that are about this one message; what fails before is about the server or our account. */
const ABOUT_THE_MESSAGE = /^(?:RCPT TO|DATA|BDAT)\b/i;

/** Timeouts that strike before there is a message under way. */
const BEFORE_THE_MESSAGE = new Set(['CONNECT_TIMEOUT', 'GREETING_TIMEOUT', 'UPGRADE_TIMEOUT']);

/** Codes of failures that leave no doubt: the message was not handed over. */
const NOT_HANDED_OVER = new Set([
  'EDNS',
  'ETLS',
  'EAUTH',
  'ENOAUTH',
  'EOAUTH2',
  'EPROXY',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/**
 * What an error of the mail server means. 5xx to the recipient or the message is for good (RFC 5321,
 * 4.2.1); everything else, a wrong password and a refused sender too, is a state of the server or of
 * our account that somebody will mend: the message waits.
 */
export function classifySmtpError(error: unknown): MailRefused | MailUnavailable {
  const { code, responseCode, command, timeoutType } = error as SmtpError;
  const reply = typeof responseCode === 'number' ? responseCode : undefined;
  const about = typeof command === 'string' && ABOUT_THE_MESSAGE.test(command);

  if (reply !== undefined) {
    const text = `the mail server answered ${reply}${about ? '' : ' before it took a recipient'}`;
    return reply >= 500 && about ? new MailRefused(text) : new MailUnavailable(text);
  }
  if (code === 'EENVELOPE' || code === 'EMESSAGE') {
    return new MailRefused('the message cannot be sent to this address');
  }
  const maybeSent = !(
    NOT_HANDED_OVER.has(String(code)) ||
    isRefusedConnection(error) ||
    BEFORE_THE_MESSAGE.has(String(timeoutType))
  );
  return new MailUnavailable(
    `the mail server did not take the message (${typeof code === 'string' ? code : 'unknown reason'})`,
    maybeSent,
  );
}

function isRefusedConnection(error: unknown): boolean {
  const text = error instanceof Error ? error.message : '';
  return /\b(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND)\b/.test(text);
}
