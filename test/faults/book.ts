import type { Happened } from './faults.js';

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
  /** Tries that ended without an answer. */
  cuts: number;
  /** Tries that were answered 503. */
  unavailable: number;
  /** The id of the 201; undefined where none was heard. */
  answeredId: string | undefined;
  /** Whether the 201 said that it repeats an earlier one. */
  replayed: boolean;
}

/** Joins that came one after another through one API in the calm, and how relays heard of them. */
export interface Probe {
  readonly api: string;
  readonly joins: number;
  /** Rows that a relay found because it was told to look. */
  readonly rowsByNotification: number;
}

/** What the harness did and heard in one round. */
export interface Book {
  readonly joins: readonly PostedJoin[];
  readonly happened: Happened;
  readonly workers: number;
  /** How many mails one worker may have in flight. */
  readonly mailsInFlight: number;
  /** Submissions whose reminder was brought forward. */
  readonly reminded: ReadonlySet<string>;
  readonly probes: readonly Probe[];
  /** What a process said that ended without having been killed. */
  readonly unexpectedExits: readonly string[];
  /** Answers that no join may get: an error that is no 503, a 503 without Retry-After, silence. */
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
  /** Rows of the outbox that wait for the day of the reminder. */
  readonly remindersWaiting: number;
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
