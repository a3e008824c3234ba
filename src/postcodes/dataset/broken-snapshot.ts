/** A snapshot that cannot be used; the message says why in words. */
export class BrokenSnapshot extends Error {
  constructor(reason: string) {
    super(`The postcode dataset cannot be read: ${reason}`);
    this.name = 'BrokenSnapshot';
  }
}
