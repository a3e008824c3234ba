/**
 * An import that is kept without answering: it has so few live postcodes that it is hardly a whole
 * release. For whoever typed the command, and for a schedule that reads its exit code.
 */
export class PostcodeImportHeldBack extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'PostcodeImportHeldBack';
  }
}
