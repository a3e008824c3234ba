import { DeliveryRefused, DeliveryUnavailable } from '../delivery-errors.js';

/** One text message to one telephone. */
export interface Sms {
  /** The stored id of the message, for the provider's own record. */
  readonly messageId: string;
  /** E.164. */
  readonly to: string;
  readonly text: string;
  /** Whether the organisation is the demo one: its messages never leave this machine. */
  readonly demo: boolean;
}

/** Sends text messages, through whichever provider the process is built with. */
export abstract class SmsSender {
  /**
   * Hands one message to the provider.
   *
   * @param deadlineMilliseconds after which it is given up: nothing goes out later than that.
   * @throws SmsRefused when this message will never be taken
   * @throws SmsUnavailable when it was not taken, or (`maybeSent`) nobody knows whether it was
   */
  abstract send(sms: Sms, deadlineMilliseconds: number): Promise<void>;
}

/** The provider refuses this message for good, or there is no provider. */
export class SmsRefused extends DeliveryRefused {
  override readonly name = 'SmsRefused';
}

/** The provider is away or too slow. */
export class SmsUnavailable extends DeliveryUnavailable {
  override readonly name = 'SmsUnavailable';
}
