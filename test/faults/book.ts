import type { JoinAnswer, JoinInput } from '../../src/join/join.schemas.js';
import type { FaultKind, Happened, RestartKind } from './faults.js';

/** All times are milliseconds of this machine's clock, which PostgreSQL goes by as well. */

/** A stretch of time. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A unit as the file of the demo organisation has it. */
export interface DemoUnit {
  readonly slug: string;
  /** Where its notices go: nobody holds a post in the demo organisation. */
  readonly email: string;
}

/** One try to post a join. */
export interface Try {
  /** The API that it went to: `api-0`. */
  readonly api: string;
  readonly begunAt: number;
  readonly endedAt: number;
  /** `cut`: refused, or broken off without an answer. `wrong`: an answer that no join may get. */
  readonly outcome: 'answered' | 'unavailable' | 'in_progress' | 'cut' | 'wrong';
  /** Where it was answered 201. */
  readonly answer?: HeardAnswer;
}

export interface HeardAnswer {
  readonly body: JoinAnswer;
  /** Whether it said that it repeats an earlier one. */
  readonly replayed: boolean;
}

/** What few people tell of themselves when they join. */
export type PostedDetails = Readonly<
  Partial<Pick<JoinInput, 'address' | 'dateOfBirth' | 'message' | 'interests' | 'source'>>
>;

/** A join that the harness posts: who, and what it heard. Written down before anything is judged. */
export interface PostedJoin {
  /** Nobody else's; lower case, as it is stored. */
  readonly email: string;
  /** Nobody else's: the one thing of a person that a notice tells. */
  readonly givenName: string;
  readonly familyName: string | undefined;
  /** Nobody else's; E.164. */
  readonly phone: string | undefined;
  readonly postcode: string;
  /** The unit that the postcode belongs to. */
  readonly unit: DemoUnit;
  readonly details: PostedDetails;
  /** What was answered to each question of consent that was put. */
  readonly consents: Readonly<Partial<Record<'email' | 'sms' | 'phone', boolean>>>;
  readonly idempotencyKey: string | undefined;
  /** Posts once more after it was answered; its key has to bring the same answer again. */
  readonly asksAgain: boolean;
  /** Does not post again after an answer that was cut: it may or may not have been taken. */
  readonly givesUp: boolean;
  readonly tries: readonly Try[];
}

/** The answers 201 to a join, in their order. */
export function answersTo({ tries }: PostedJoin): HeardAnswer[] {
  return tries.flatMap(({ answer }) => answer ?? []);
}

/** A process from its start to its end; the next one under its name is another life. */
export interface Life {
  /** `worker-1` */
  readonly process: string;
  /** `worker-1.3`: the third under this name, and what its SMTP connections say they are. */
  readonly name: string;
  /** When it was started. */
  readonly begunAt: number;
  /** When it answered for the first time. */
  readonly answeringAt: number | undefined;
  /** When it was killed, or else when its end was noticed. */
  readonly endedAt: number | undefined;
  /** Whether the harness killed it, and so knows the moment. */
  readonly killed: boolean;
  /** Its exit code or signal, where the harness did not cause its end. */
  readonly endedWith: string | undefined;
  /** When the harness had it stand still. */
  readonly frozen: readonly Span[];
}

/** How long PostgreSQL was away, from the signal until it took connections again. */
export interface Outage extends Span {
  readonly kind: RestartKind;
}

/**
 * How long a process may need to find its way back to a PostgreSQL that was away, in milliseconds at
 * pace 1. A pool of `poolOptions` waits so long for a connection that was begun before, and whoever
 * waits in line for that one is told 503 when it ends. In fact the first statement afterwards goes.
 */
export const RECOVERY_MILLISECONDS = 3_000;

/**
 * Whether PostgreSQL was away at any moment of this span.
 *
 * @param recovery for how long it counts as away after it was back, in milliseconds.
 */
export function wasAway(outages: readonly Outage[], { from, to }: Span, recovery = 0): boolean {
  return outages.some((outage) => outage.from <= to && outage.to + recovery >= from);
}

/** Whether an API was there all the time that PostgreSQL was not: it has to have answered 503. */
export function isWitness({ process, answeringAt, endedAt }: Life, { from, to }: Outage): boolean {
  const wasThere = answeringAt !== undefined && answeringAt <= from;
  return process.startsWith('api-') && wasThere && (endedAt === undefined || endedAt >= to);
}

/** Joins that came one after another through one API in the calm, with one worker to hear of them. */
export interface Probe {
  readonly api: string;
  readonly worker: string;
  readonly joins: number;
  /** Rows that its relay found because it was told to look. */
  readonly rowsByNotification: number;
}

/** What the harness did and heard in one round. */
export interface Book {
  readonly joins: readonly PostedJoin[];
  readonly planned: readonly FaultKind[];
  readonly happened: Happened;
  readonly lives: readonly Life[];
  readonly outages: readonly Outage[];
  /** By how much the machine is slower than one that has nothing else to do. */
  readonly pace: number;
  /** How long a worker waits for an SMTP server, from some time after its claim was begun. */
  readonly deadlineMilliseconds: number;
  /** Submissions whose reminder was brought forward. */
  readonly reminded: ReadonlySet<string>;
  readonly probes: readonly Probe[];
  /** How many there have to be. */
  readonly plannedProbes: number;
  /** What kept the round from coming to its end. */
  readonly failures: readonly string[];
  /** Answers that no join may get: an error that is no 503, a 503 without Retry-After, silence. */
  readonly wrongAnswers: readonly string[];
}

/** A submission as the database holds it, with what belongs to it. Units are slugs. */
export interface StoredJoin {
  readonly id: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly posted: unknown;
  readonly answer: unknown;
  /** The units that each of these rows names. */
  readonly handlings: readonly string[];
  readonly allocations: readonly string[];
  readonly followUps: readonly string[];
  readonly people: readonly StoredPerson[];
  /** `email qaaaaa@example.org`, `phone +447700900000` */
  readonly contactPoints: readonly string[];
  /** `email granted`, `sms refused` */
  readonly consents: readonly string[];
  /** Rows of the outbox that wait for the day of the reminder. */
  readonly remindersWaiting: number;
  readonly messages: readonly StoredMessage[];
}

export interface StoredPerson {
  readonly givenName: string;
  readonly familyName: string | null;
  readonly dateOfBirth: string | null;
  readonly country: string;
  readonly postcode: string | null;
  readonly addressLine1: string | null;
  readonly addressLine2: string | null;
  readonly town: string | null;
  readonly unit: string;
}

export interface StoredMessage {
  readonly kind: string;
  readonly state: string;
  readonly messageId: string;
  /** How often the application itself says it may have sent it again. */
  readonly repeats: number;
}

/** The answer that is kept under a key. */
export interface StoredKey {
  /** SHA-256, hexadecimal. */
  readonly keyHash: string;
  readonly answer: unknown;
}

/** A state that a message was brought to, by a commit. */
export interface MessageChange {
  readonly messageId: string;
  readonly state: string;
  /** When the transaction began that did so. */
  readonly begunAt: number;
  readonly at: number;
}

/** A mail as the SMTP server got it, also where the sender was cut off before it heard so. */
export interface ArrivedMail {
  readonly messageId: string;
  readonly to: readonly string[];
  readonly subject: string;
  /** The life whose connection it came by. */
  readonly sender: string;
  /** When it was there whole. */
  readonly arrivedAt: number;
  /** When 250 was written; undefined where the connection was gone by then. */
  readonly answeredAt: number | undefined;
  /** When it was gone, where that was before the answer. */
  readonly cutAt: number | undefined;
}

/** What is there at the end of a round. */
export interface Evidence {
  readonly stored: readonly StoredJoin[];
  readonly keys: readonly StoredKey[];
  /** In the order in which they came. */
  readonly changes: readonly MessageChange[];
  readonly mails: readonly ArrivedMail[];
  /** People, consents, duties, messages and kept answers that no submission stands behind. */
  readonly orphans: number;
  /** Names of jobs of the outbox that are dead, or still due. */
  readonly dead: readonly string[];
  readonly unfinished: readonly string[];
}
