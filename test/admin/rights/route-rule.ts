import type { Permission } from '../../../src/organisers/permissions.js';
import type { AdminStage } from '../support.js';
import type { Accounts } from './accounts.js';
import type { Caller, Level } from './caller.js';
import type { Place, Subjects } from './subjects.js';

/** What is sent, and what tells in the answer that the subject is shown. */
export interface Asked {
  readonly id?: string;
  /** The second parameter of a path under a post. */
  readonly coverId?: string;
  /** With its question mark. */
  readonly query?: string;
  readonly body?: object;
  /** The version that `If-Match` names. */
  readonly version?: number;
  /** Instead of the caller's. */
  readonly token?: string;
  /** For a list: stands in the answer exactly where the subject is shown. */
  readonly shows?: string;
}

/** A status; or a 200 that shows the subject, or that does not. */
export type Expected = number | 'shown' | 'absent';

/** By the level of the caller's grant, or by all of the caller, where that matters. */
export type ExpectedOf = Expected | Readonly<Record<Level, Expected>> | ((who: Caller) => Expected);

/** What a route answers whom. */
export interface RouteRule {
  readonly needs: Permission | 'session' | 'anybody';
  /** What the subject is, where a route has more than one rule. */
  readonly about?: string;
  /** Whether it is about the caller as a person, so that no key may call it. */
  readonly organisersAlone?: true;
  /** Makes the subject at a place, anew each time. Without it nothing has to be there. */
  readonly ask?: (world: World, place: Place) => Promise<Asked> | Asked;
  /** For a subject within the caller's units. */
  readonly inside: ExpectedOf;
  /** The same for whoever holds no more than the grace of a grant, where it differs. */
  readonly inGrace?: ExpectedOf;
  /**
   * For one outside of them; undefined where it concerns the whole organisation. Of a caller who
   * holds the whole country it is asked only where a function says what they hear.
   */
  readonly outside?: ExpectedOf;
}

/** Rules by the name of their route. */
export type RouteRules = Readonly<Record<string, RouteRule | readonly RouteRule[]>>;

export interface World {
  readonly stage: AdminStage;
  readonly subjects: Subjects;
  readonly accounts: Accounts;
  readonly caller: Caller;
}

/** What a rule says of a caller. */
export function expectedOf(expected: ExpectedOf, caller: Caller): Expected {
  if (typeof expected === 'function') return expected(caller);
  return typeof expected === 'object' ? expected[caller.level] : expected;
}
