/** The provider of identities did not answer, or not in time, or with a fault of its own. */
export class OpenIdAway extends Error {
  /** @param reason a name or code, for the log; nothing of what was sent. */
  constructor(
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super('The provider of identities is away.', options);
    this.name = 'OpenIdAway';
  }
}

/** What came back from the provider proves nothing: a wrong state, signature, audience, or time. */
export class OpenIdRefused extends Error {
  /** @param reason a name or code, for the log; nothing of what was sent. */
  constructor(
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super('What the provider of identities sent back proves nothing.', options);
    this.name = 'OpenIdRefused';
  }
}
