/** A meeting text in its two halves; null: it has no such half. */
export interface SplitMeetingText {
  readonly meets: string | null;
  readonly venue: string | null;
}

const anyOf = (...alternatives: readonly string[]): string => `(?:${alternatives.join('|')})`;
/** Nothing that the word goes on with: “May” and not “Mayfield”, “7 pm” and not “7 pm2”. */
const ENDS = String.raw`(?![\p{L}\p{N}'’])`;

const HOUR = '(?:0?[1-9]|1[0-2])';
const MINUTES = '[0-5][0-9]';
const HALF_DAY = String.raw`[ap](?:\.m\.|\.?m)`;
const UNTIL = String.raw`\s*(?:[-–—]|to|until|till|for)\s*`;
const HOUR_IN_WORDS = anyOf('one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve');
const WEEKDAY = '(?:mon|tues|wednes|thurs|fri|satur|sun)day';
const SHORT_WEEKDAY = String.raw`(?:mon|tues?|weds?|thu(?:rs?)?|fri|sat|sun)\.?`;
const PART_OF_DAY = '(?:morning|afternoon|evening|night|lunch[- ]?time)s?';
const MONTH = anyOf(
  'january|february|march|april|may|june|july|august|september|october|november|december',
  'jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec',
);
const ORDINAL = anyOf('first|second|third|fourth|fifth|last', '[0-9]{1,2}(?:st|nd|rd|th)');
const ORDINALS = String.raw`(?:the\s+)?${ORDINAL}(?:\s*(?:,|&|/|\band\b|\bor\b)\s*(?:the\s+)?${ORDINAL})*`;
const EVERY = String.raw`(?:every|each)(?:\s+(?:other|${ORDINAL}))?`;

/** Tells a time whatever follows. */
const PLAIN = anyOf(
  String.raw`${HOUR}(?:[.:]${MINUTES})?(?:${UNTIL}${HOUR}(?:[.:]${MINUTES})?)?\s*${HALF_DAY}`,
  `(?:[01]?[0-9]|2[0-3]):${MINUTES}(?![:.]?[0-9])`,
  String.raw`(?:half|quarter|twenty|ten|five)\s+(?:past|to)\s+${HOUR_IN_WORDS}`,
  String.raw`(?:${HOUR}|${HOUR_IN_WORDS})\s+o['’]?clock`,
  String.raw`${HOUR_IN_WORDS}\s*${HALF_DAY}`,
  `${WEEKDAY}s`,
  String.raw`${WEEKDAY}\s+${PART_OF_DAY}`,
  String.raw`(?:${EVERY}|alternate|${ORDINALS})\s+(?:${WEEKDAY}s?|${SHORT_WEEKDAY}|weeks?|weekends?|days?|months?)`,
  String.raw`${EVERY}\s+(?:fortnight|year|${PART_OF_DAY})`,
  String.raw`(?:once|twice)\s+(?:a|every|each|per)\s+(?:week|fortnight|month|year)`,
  String.raw`(?:${ORDINALS}\s+)?of\s+(?:(?:the|each|every)\s+)?month`,
  String.raw`(?:the|each|every)\s+month`,
);

/**
 * Tells a time unless the next word makes it a name: “Friday Street”, “Noon Lodge”, “Sun Inn”, or
 * “12.04 Tower House”.
 */
const DOUBTFUL = anyOf(
  `(?:[01]?[0-9]|2[0-3])[.]${MINUTES}(?![:.]?[0-9])`,
  String.raw`(?:12\s*)?(?:noon|midday|midnight)`,
  `${WEEKDAY}(?:['’]s)?`,
  SHORT_WEEKDAY,
  String.raw`(?:the\s+)?${PART_OF_DAY}`,
  String.raw`(?:${ORDINALS}\s+)?(?:of\s+)?${MONTH}`,
  'spring|summer|autumn|winter|easter|christmas',
  'daily|weekly|fortnightly|monthly|bi-?monthly|quarterly|yearly|annually',
  'weekdays?|weekends?',
  String.raw`(?:bank|public|school)\s+holidays?(?:\s+${WEEKDAY}s?)?`,
  'term[- ]?time',
);

export const TIME = new RegExp(`(?:(?<plain>${PLAIN})|${DOUBTFUL})${ENDS}`, 'iuy');
/** May stand between two times; with no time behind them they are none. */
export const BETWEEN = new RegExp(
  String.raw`(?:[\s,;:.()&+/|@–—-]|(?:and|or|from|to|until|till|at|on|in|for|between|during|except|excluding|not|but|then)${ENDS})*`,
  'iuy',
);
/** Where a new thought begins, or a number: the word before it is no part of a name. */
const PAUSE = /[,;:()[|@–—\n]|\.\s|\s-\s|[0-9]$|(?<!\p{L})(?:at|in)(?!\p{L})/iu;
const BEFORE_A_PLACE = /^(?:[\s,;:.()[\]&+/|@–—-]|at(?=\s))+/iu;

/**
 * Takes the place out of a meeting text such as “Every Monday, 7.30 pm, Community Centre”. A venue
 * is only published where the branch has chosen to, and it may be somebody's home: so what is
 * recognisably a time stays in `meets`, and from the first words that are not everything is the
 * venue. When in doubt it is the venue.
 */
export function splitMeetingText(text: string): SplitMeetingText {
  const end = endOfTimes(text);
  const venue = withoutLooseBracket(text.slice(end).replace(BEFORE_A_PLACE, '').trim());
  if (venue === '') return { meets: text, venue: null };
  const meets = text.slice(0, end).trim();
  return { meets: meets === '' ? null : withBracketClosed(meets), venue };
}

/** Where the last time ends before something that is none; the end of the text, if all are times. */
function endOfTimes(text: string): number {
  const times: { start: number; end: number; isPlain: boolean }[] = [];
  let next = matchEnd(BETWEEN, text, 0);
  for (;;) {
    TIME.lastIndex = next;
    const found = TIME.exec(text);
    if (found === null) break;
    const { lastIndex: end } = TIME;
    times.push({ start: next, end, isPlain: found.groups?.['plain'] !== undefined });
    next = matchEnd(BETWEEN, text, end);
  }
  if (next === text.length) return next;
  for (let last = times.pop(); last !== undefined; last = times.pop()) {
    if (last.isPlain || PAUSE.test(text.slice(last.end, next + 1))) return last.end;
    next = last.start;
  }
  return 0;
}

function matchEnd(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  pattern.exec(text);
  return pattern.lastIndex;
}

const count = (text: string, character: string): number => text.split(character).length - 1;

function withBracketClosed(text: string): string {
  return count(text, '(') > count(text, ')') ? `${text})` : text;
}

/** Without the bracket that was opened before the place. */
function withoutLooseBracket(text: string): string {
  if (count(text, ')') <= count(text, '(')) return text.endsWith(']') ? text.slice(0, -1) : text;
  let end = text.length;
  while (end > 0 && (text[end - 1] === ')' || text[end - 1] === ' ')) end -= 1;
  return text.slice(0, end);
}
