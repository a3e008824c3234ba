/** What an operator asked of the versions and cannot be done; the message says why in words. */
export class PostcodeDatasetRefused extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'PostcodeDatasetRefused';
  }
}
