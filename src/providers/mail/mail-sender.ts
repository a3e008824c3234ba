import { DeliveryRefused, DeliveryUnavailable } from '../delivery-errors.js';

/** One email to one recipient. */
export interface Mail {
  /** The stored Message-ID with its angle brackets: a repetition carries the same. */
  readonly messageId: string;
  /** Mailbox of the sender, `Name <address>` or an address. */
  readonly from: string;
  /** One plain address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Further headers by name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the organisation is the demo one: its mail never leaves this machine. */
  readonly demo: boolean;
}

/** The mail server took the message over. */
export interface MailReceipt {
  /** The server's reply code (RFC 5321), e.g. 250. */
  readonly code: number;
}

/** Sends email. The one way out for mail; which one it is, is decided where the process is built. */
export abstract class MailSender {
  /**
   * Hands one message to the mail server.
   *
   * @param deadlineMilliseconds after which it is given up: nothing goes out later than that.
   * @throws MailRefused when this message will never be taken
   * @throws MailUnavailable when it may be tried again, with the same Message-ID
   */
  abstract send(mail: Mail, deadlineMilliseconds: number): Promise<MailReceipt>;
}

/** The mail server refuses this message for good (5xx, RFC 5321), or its address is none. */
export class MailRefused extends DeliveryRefused {
  override readonly name = 'MailRefused';
}

/** The mail server is away, too slow, or asks to come again (4xx). */
export class MailUnavailable extends DeliveryUnavailable {
  override readonly name = 'MailUnavailable';
}
