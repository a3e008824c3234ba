/** An import that was refused, and why; nothing has changed. For whoever typed the command. */
export class PostcodeImportRefused extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'PostcodeImportRefused';
  }
}
