/** A provider did not take a message now; it may be tried again. */
export class DeliveryUnavailable extends Error {
  override readonly name: string = 'DeliveryUnavailable';

  /**
   * @param message for operators; never an address or a text of the message
   * @param maybeSent whether the message may have gone out all the same
   */
  constructor(
    message: string,
    readonly maybeSent = false,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A provider will never take this message: trying again mends nothing. */
export class DeliveryRefused extends Error {
  override readonly name: string = 'DeliveryRefused';
}
