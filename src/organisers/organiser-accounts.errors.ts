/** An account cannot be made or changed as asked; every reason at once, for the person at the command line. */
export class OrganiserRefused extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'OrganiserRefused';
  }
}

/** There is an account of this address already; nothing was changed. */
export class OrganiserExists extends OrganiserRefused {
  constructor(email: string) {
    super([`An organiser with the address ${email} already exists.`]);
    this.name = 'OrganiserExists';
  }
}

/** There is no account of this address; nothing was changed. */
export class OrganiserUnknown extends OrganiserRefused {
  constructor(email: string) {
    super([`There is no organiser with the address ${email}.`]);
    this.name = 'OrganiserUnknown';
  }
}
