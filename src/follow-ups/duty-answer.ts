import type { Page } from '../platform/templates/page-renderer.js';
import { Problem } from '../platform/http/problem.js';
import { momentNearNow } from './duty-words.js';
import { CHOICES, openDutyPage } from './duty-page.js';
import type { DutyOnPage, PublicContact } from './duty-page.repository.js';
import type { ClosingOutcome, Press } from './follow-up.js';

/** A page for a person; for a program that asked for no page, the same as a problem. */
export interface DutyPage {
  readonly page: Page;
  readonly problem?: Problem;
}

/** What somebody typed, so that it is not lost with the press. */
export interface TypedForm {
  readonly note?: string | undefined;
  readonly outcome?: string | undefined;
  readonly tries?: string | undefined;
}

/** The open duty with its four buttons; with a fault, what was typed stays. */
export function openPage(duty: DutyOnPage, note?: string, problem?: Problem): DutyPage {
  const fault = problem?.detail;
  return {
    page: {
      template: 'duty',
      status: problem?.status ?? 200,
      data: { ...openDutyPage(duty, { note, fault }), organisation: organisationOf(duty) },
    },
    ...(problem === undefined ? {} : { problem }),
  };
}

/** The duty is closed. Nothing about the person is shown any more. */
export function closedPage(duty: DutyOnPage): DutyPage {
  return { page: { template: 'duty-closed', data: closedData(duty) } };
}

/** Somebody closed the duty in another way, a moment before this press. */
export function pressCameSecondPage(duty: DutyOnPage, press: Press, note?: string): DutyPage {
  const label = CHOICES.find(({ value }) => value === press)?.label ?? press;
  const lost = `This was closed before you pressed “${label}”, so your press changed nothing.`;
  return {
    page: {
      template: 'duty-closed',
      status: 409,
      data: { ...closedData(duty), lost, note: note ?? null },
    },
    problem: new Problem({
      status: 409,
      code: 'duty_closed',
      title: 'The duty is closed already',
      detail: lost,
    }),
  };
}

/** The duty went to somebody else; the page says to whom, and nothing about the person. */
export function revokedPage(duty: DutyOnPage, note?: string): DutyPage {
  const { facts, unit } = duty;
  const who = facts.coveredByStandIn ? `the stand-in at ${unit.name}` : unit.name;
  const what = `This duty was handed on to ${who}. Thank you: there is nothing more for you to do, and this link shows nothing any more.`;
  return gone(410, 'duty_link_revoked', 'This is with somebody else now', what, duty, note);
}

/** The link is older than it may be. */
export function expiredPage(duty: DutyOnPage, note?: string): DutyPage {
  const what =
    'Links to a duty end after thirty days. This one is older, and shows nothing any more.';
  return gone(410, 'duty_link_expired', 'This link has run out', what, duty, note);
}

/** We never made this link, or what it stood for is gone. */
export function unknownPage(organisation: PublicContact | undefined, note?: string): DutyPage {
  const what =
    'It may have been copied by halves. Please open it again from the message that brought it.';
  return goneWith(404, 'not_found', 'This link does not work', what, {
    organisation: organisation ?? null,
    ring: organisation === undefined ? null : ringInWords([organisation]),
    note: note ?? null,
  });
}

/** The database is away: what was typed stays in the form, to be pressed again. */
export function unavailablePage(problem: Problem, form?: TypedForm): DutyPage {
  return {
    page: {
      template: 'duty-unavailable',
      status: problem.status,
      headers: problem.headers,
      data: {
        title: 'We will be back in a moment',
        organisation: null,
        wasPress: form !== undefined,
        note: form?.note ?? '',
        outcome: form?.outcome ?? null,
        tries: form?.tries ?? null,
        choices: CHOICES,
      },
    },
    problem,
  };
}

function closedData(duty: DutyOnPage) {
  const { facts } = duty;
  const heading =
    facts.state === 'cancelled' ? 'This is no longer needed' : 'Thank you, this is done';
  return {
    title: heading,
    heading,
    what: closedInWords(duty),
    ring: ringInWords([...duty.above].toReversed().concat(duty.unit)),
    lost: null,
    note: null,
    organisation: organisationOf(duty),
  };
}

function closedInWords({ facts, unit }: DutyOnPage): string {
  const { outcome, closedAt, now } = facts;
  const when = closedAt === null ? '' : ` at ${momentNearNow(closedAt, now)}`;
  if (facts.state === 'cancelled' || outcome === null) return `This was called off${when}.`;
  const words: Record<ClosingOutcome, string> = {
    contacted: `“Contacted” was recorded for ${unit.name}${when}.`,
    no_answer: `A second “no answer” was recorded for ${unit.name}${when}. Two tries are enough.`,
    not_ours: `“Not ours” was recorded for ${unit.name}${when}.`,
  };
  return words[outcome];
}

function gone(
  status: number,
  code: string,
  heading: string,
  what: string,
  duty: DutyOnPage,
  note: string | undefined,
): DutyPage {
  return goneWith(status, code, heading, what, {
    organisation: organisationOf(duty),
    ring: ringInWords([duty.unit, ...duty.above]),
    note: note ?? null,
  });
}

function goneWith(
  status: number,
  code: string,
  heading: string,
  what: string,
  more: { organisation: PublicContact | null; ring: string | null; note: string | null },
): DutyPage {
  return {
    page: { template: 'duty-gone', status, data: { title: heading, heading, what, ...more } },
    problem: new Problem({ status, code, title: heading, detail: what }),
  };
}

/** Whom to ask: the first of these with a public telephone, else with an address. */
function ringInWords(contacts: readonly PublicContact[]): string | null {
  const rung = contacts.find(({ phone }) => phone !== null);
  if (rung !== undefined)
    return `If you want to ask somebody: ${rung.name}, telephone ${rung.phone}.`;
  const written = contacts.find(({ email }) => email !== null);
  return written === undefined
    ? null
    : `If you want to ask somebody: ${written.name}, ${written.email}.`;
}

function organisationOf({ unit, above }: DutyOnPage): PublicContact {
  const { name, phone, email } = above.at(-1) ?? unit;
  return { name, phone, email };
}
