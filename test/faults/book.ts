/** A join that the harness posts: who, and what it heard. Written down before anything is judged. */
export interface PostedJoin {
  /** Nobody else's; lower case, as it is stored. */
  readonly email: string;
  /** Nobody else's: the one thing of a person that a notice tells. */
  readonly givenName: string;
  readonly idempotencyKey: string | undefined;
  /** Does not post again after an answer that was cut: it may or may not have been taken. */
  readonly givesUp: boolean;
  /** How often it was posted. */
  tries: number;
  /** Tries that ended without an answer, or in a 5xx. */
  failures: number;
  /** The id of the 201; undefined where none was heard. */
  answeredId: string | undefined;
  /** Whether the 201 said that it repeats an earlier one. */
  replayed: boolean;
}

/** What the harness did and heard in one round. */
export interface Book {
  readonly joins: readonly PostedJoin[];
  readonly apiKills: number;
  readonly workerKills: number;
  /** How many mails one worker may have in flight. */
  readonly mailsInFlight: number;
  /** What a process said that ended without having been killed. */
  readonly unexpectedExits: readonly string[];
  /** Answers that no join may get (a 4xx but 409 while the first try is still running). */
  readonly wrongAnswers: readonly string[];
}

/** A submission as the database holds it, with the number of rows that belong to it. */
export interface StoredJoin {
  readonly id: string;
  readonly email: string | null;
  readonly handlings: number;
  readonly people: number;
  readonly contactPoints: number;
  readonly allocations: number;
  readonly consents: number;
  readonly followUps: number;
  readonly messages: readonly StoredMessage[];
}

export interface StoredMessage {
  readonly kind: string;
  readonly state: string;
  readonly messageId: string;
  /** How often the application itself says it may have sent it again. */
  readonly repeats: number;
}

/** A mail as the SMTP server got it, also where the sender was cut off before it heard so. */
export interface ArrivedMail {
  readonly messageId: string;
  readonly to: readonly string[];
  readonly subject: string;
}

/** What is there at the end of a round. */
export interface Evidence {
  readonly stored: readonly StoredJoin[];
  readonly mails: readonly ArrivedMail[];
  /** People, duties, messages, consents that no submission stands behind. */
  readonly orphans: number;
  /** Names of jobs of the outbox that are dead, or still due. */
  readonly dead: readonly string[];
  readonly unfinished: readonly string[];
}
