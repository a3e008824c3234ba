import { plainWord, firstName } from '../messaging/plain-words.js';
import { describeDay } from '../platform/time/describe-day.js';
import { mobileNumber } from '../units/mobile-number.js';
import type { DutyOnPage } from './duty-page.repository.js';
import { hasStandIn, readableNumber, recipientIn } from './duty-units.js';
import { momentNearNow } from './duty-words.js';
import { ACKNOWLEDGEMENT_FAILED } from './follow-up-event.js';
import { TRIES_THAT_COUNT_AS_DONE } from './follow-up-rules.js';
import { type Press, officeFor } from './follow-up.js';

/** The four buttons, in the order of the page. */
export const CHOICES: readonly { readonly value: Press; readonly label: string }[] = [
  { value: 'contacted', label: 'Contacted' },
  { value: 'no_answer', label: 'No answer' },
  { value: 'not_ours', label: 'Not ours' },
  { value: 'stand_in', label: 'Hand to my stand-in' },
];

/** What `templates/pages/duty.liquid` shows of an open duty. */
export function openDutyPage(
  duty: DutyOnPage,
  form: { readonly note?: string | undefined; readonly fault?: string | undefined } = {},
) {
  const { facts, unit } = duty;
  const { now, dueAt, posted } = facts;
  const givenName = textOf(posted['givenName']) ?? 'this person';
  const familyName = textOf(posted['familyName']);
  const address = recordOf(posted['address']);
  const town = textOf(address['town']);
  const postcode = textOf(posted['postcode']);
  const isLate = dueAt <= now;
  const when = momentNearNow(dueAt, now);
  return {
    title: 'A follow-up for you',
    name: [givenName, familyName].filter(Boolean).join(' '),
    firstName: firstName(givenName, familyName) ?? 'them',
    due: isLate
      ? `This was due by ${when}. Please do it as soon as you can.`
      : `Please do it by ${when}.`,
    isLate,
    isMinor: facts.office === 'safeguarding_officer',
    ways: waysToReach(facts.phone, facts.email),
    place: [plainWord(town), postcode?.toUpperCase()].filter(Boolean).join(', ') || null,
    words: textOf(posted['message']) ?? null,
    tried: triedInWords(duty),
    tries: facts.tries,
    note: form.note ?? '',
    fault: form.fault ?? null,
    choices: CHOICES.map((choice) => ({ ...choice, means: meaningOf(choice.value, duty) })),
    came: cameInWords(duty),
    interests: listOf(posted['interests']),
    consents: consentsInWords(recordOf(posted['consent'])),
    told: toldInWords(duty),
    knows: whoElseKnows(duty),
    history: historyInWords(duty),
    unitName: unit.name,
  };
}

/** Ring first: somebody who has just raised a hand wants a voice. */
function waysToReach(phone: string | null, email: string | null) {
  const ways: { href: string; label: string }[] = [];
  if (phone !== null) {
    const number = phone.replaceAll(/[^\d+]/g, '');
    ways.push({ href: `tel:${number}`, label: `Ring ${readableNumber(phone)}` });
    if (mobileNumber(phone) !== undefined) {
      ways.push({ href: `sms:${number}`, label: 'Send a text' });
    }
  }
  if (email !== null) {
    const [local, domain] = splitAtLast(email, '@');
    // A percent sign or question mark in an address would begin something else (RFC 6068).
    const href = `mailto:${encodeURIComponent(local)}@${encodeURIComponent(domain)}`;
    ways.push({ href, label: `Email ${email}` });
  }
  return ways;
}

function splitAtLast(text: string, separator: string): [string, string] {
  const index = text.lastIndexOf(separator);
  return [text.slice(0, index), text.slice(index + 1)];
}

/** What each button does, said before it is pressed. */
function meaningOf(press: Press, duty: DutyOnPage): string {
  const { facts, unit } = duty;
  const next = nextUnitName(duty);
  switch (press) {
    case 'contacted':
      return 'You spoke or wrote with each other. This closes it; nobody else will be asked.';
    case 'no_answer':
      return facts.tries + 1 >= TRIES_THAT_COUNT_AS_DONE
        ? 'This was the second try. Two tries are enough: it closes this.'
        : 'We remind you once more on the next working day at 18:00. A second try closes it.';
    case 'not_ours':
      return next === undefined
        ? 'Nobody stands above you: this closes it, declined.'
        : `It goes to ${next}, who hear of it at once.`;
    case 'stand_in':
      if (hasStandIn(unit, facts.office) && !facts.coveredByStandIn) {
        return 'Your stand-in hears of it at once.';
      }
      return next === undefined
        ? 'There is no stand-in and nobody above you: it stays with you.'
        : `There is nobody else to stand in at ${unit.name}, so it goes to ${next}.`;
  }
}

/** The first unit above that can be told, as the service chooses it. */
function nextUnitName({ above }: DutyOnPage): string | undefined {
  const told = above.find((one) => recipientIn(one, officeFor(one.kind), false) !== undefined);
  return (told ?? above.at(-1))?.name;
}

function triedInWords({ facts }: DutyOnPage): string | null {
  if (facts.state !== 'no_answer') return null;
  const last = facts.history.findLast(({ action }) => action === 'no_answer');
  const when = last === undefined ? '' : ` at ${momentNearNow(new Date(last.at), facts.now)}`;
  return `You said “no answer”${when}. Please try once more; we remind you on the next working day. If there is no answer again, the same button closes it.`;
}

function cameInWords({ facts }: DutyOnPage): string {
  const source = recordOf(facts.posted['source']);
  // What is typed later was said on its own day.
  const when =
    facts.spokenOn === null
      ? momentNearNow(facts.receivedAt, facts.now)
      : `on ${describeDay(new Date(`${facts.spokenOn}T12:00:00Z`))}`;
  const page = placeOfPage(textOf(source['page']));
  const campaign = plainWord(textOf(source['campaign']) ?? textOf(source['utmCampaign']));
  return [
    page === undefined
      ? (CHANNEL_WORDS[facts.submissionChannel] ?? 'Asked to join')
      : `Joined on the page ${page}`,
    campaign === undefined ? '' : ` (campaign “${campaign}”)`,
    `, ${when}.`,
    facts.confirmedAt === null ? '' : ' The address is confirmed.',
  ].join('');
}

const CHANNEL_WORDS: Readonly<Record<string, string>> = {
  form: 'Filled in the join form',
  json: 'Filled in the join form',
  sms: 'Sent a text',
  telephone: 'Rang us',
  stall_card: 'Filled in a card at a stall',
};

/** Host and path of the page that was given; never a link, since a stranger wrote it. */
function placeOfPage(page: string | undefined): string | undefined {
  if (page === undefined || !URL.canParse(page)) return undefined;
  const { host, pathname } = new URL(page);
  return host === '' ? undefined : `${host}${pathname === '/' ? '' : pathname}`.slice(0, 100);
}

function consentsInWords(consent: Readonly<Record<string, unknown>>): string[] {
  // What is not given is not granted.
  const said = (value: unknown) => (value === true ? 'yes' : 'no');
  return [
    `May be emailed about our work: ${said(consent['email'])}`,
    `May be texted: ${said(consent['sms'])}`,
    `May be rung: ${said(consent['phone'])}`,
  ];
}

function toldInWords({ facts }: DutyOnPage): string | null {
  const { acknowledged, answer, now } = facts;
  const contact = plainWord(textOf(recordOf(answer['contact'])['name']));
  if (acknowledged !== null) {
    const what = acknowledged.channel === 'email' ? 'An email' : 'A text';
    const names = contact === undefined ? '' : `, naming ${contact} as the contact`;
    return `${what} went out at ${momentNearNow(new Date(acknowledged.at), now)}${names}.`;
  }
  const failed = facts.history.some(
    ({ action, note }) => action === 'notice_failed' && note === ACKNOWLEDGEMENT_FAILED,
  );
  return failed ? 'Our answer may not have reached them: they may know nothing yet.' : null;
}

function whoElseKnows({ facts, unit, above }: DutyOnPage): string[] {
  const earlier = new Set(
    facts.history
      .filter(({ action }) => HAND_OVERS.has(action))
      .map(({ unitName }) => unitName)
      .filter((name) => name !== unit.name),
  );
  const overview = above.map(({ name }) => name);
  return [
    `It was given to ${unit.name}${facts.coveredByStandIn ? ', to the stand-in' : ''}.`,
    ...(earlier.size > 0 ? [`Before that it was with ${[...earlier].join(', ')}.`] : []),
    ...(overview.length > 0 ? [`${listed(overview)} can see that it is open.`] : []),
  ];
}

const HAND_OVERS = new Set(['not_ours', 'handed_over', 'reassigned', 'notice_failed']);

const ACTION_WORDS: Readonly<Record<string, string>> = {
  acknowledged: 'took it on',
  contacted: 'was in touch',
  no_answer: 'tried, no answer',
  not_ours: 'said it is not theirs',
  handed_over: 'handed it over',
  reassigned: 'had it taken off them',
  notice_failed: 'could not be told',
};

function historyInWords({ facts }: DutyOnPage): string[] {
  return facts.history
    .filter(({ note, action }) => !(action === 'notice_failed' && note === ACKNOWLEDGEMENT_FAILED))
    .map(({ action, at, unitName, note }) => {
      const when = momentNearNow(new Date(at), facts.now);
      const said = note === null || action === 'notice_failed' ? '' : `: “${note}”`;
      return `${unitName} ${ACTION_WORDS[action] ?? action}, ${when}${said}`;
    });
}

function listed(names: readonly string[]): string {
  return names.length <= 1
    ? (names[0] ?? '')
    : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}
