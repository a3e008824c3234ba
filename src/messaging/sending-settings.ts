/** How long sending may take. Tests and the fault harness shorten it; operators have no need to. */
export class SendingSettings {
  /** How long one message may take at its provider, in milliseconds. */
  readonly deadlineMilliseconds: number = 30_000;

  constructor(changed: Partial<Pick<SendingSettings, 'deadlineMilliseconds'>> = {}) {
    Object.assign(this, changed);
  }

  /** How long a message counts as being sent: longer than the deadline, so that two never send at once. */
  get messageLeaseSeconds(): number {
    return (this.deadlineMilliseconds * 1.5) / 1000;
  }

  /** A little longer than the lease of the message: whoever comes again finds it expired. */
  get jobLeaseSeconds(): number {
    return (this.deadlineMilliseconds * 5) / 3 / 1000;
  }
}
