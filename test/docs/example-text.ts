import { londonDay } from '../../src/platform/time/london-day.js';

/** What every run makes anew, and how it looks; where `isName`, the same again means the same thing. */
const VOLATILE: readonly {
  readonly name: string;
  readonly shape: string;
  readonly isName: boolean;
}[] = [
  {
    name: 'uuid',
    shape: '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}',
    isName: true,
  },
  { name: 'reference', shape: 'J-[0-9A-Z]{4}-[0-9A-Z]{4}', isName: true },
  { name: 'session token', shape: 'bls_[A-Za-z0-9_-]{43}', isName: true },
  { name: 'API key', shape: 'blk_[A-Za-z0-9_-]{43}', isName: true },
  {
    name: 'link',
    shape: '(?<=/(?:confirm|duties|account)/|"token": ")[A-Za-z0-9_-]{40,60}',
    isName: true,
  },
  { name: 'cursor', shape: 'Wy[A-Z][A-Za-z0-9_-]{6,}', isName: true },
  { name: 'time', shape: String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z`, isName: false },
  { name: 'date', shape: String.raw`(?<![\d-])\d{4}-\d\d-\d\d(?![\dT-])`, isName: true },
  {
    name: 'day',
    shape: String.raw`(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d{1,2} [A-Z][a-z]+`,
    isName: false,
  },
];

const ANY_VOLATILE = new RegExp(VOLATILE.map(({ shape }) => `(${shape})`).join('|'), 'g');
const DAY_OF_CONVERSATION = /"(?:on|conversationOn)": ?"(\d{4}-\d\d-\d\d)"/g;
/** Stands for whatever is left out. */
const ELLIPSIS = '…';

/**
 * The texts of a guide against those of a run. A guide shows ids, times and tokens as they once
 * were: each stands for any of its shape, and an id or token that comes again stands for the same
 * one, also in a later request. `…` stands for anything. All else has to be equal.
 */
export class ExampleText {
  private meanings = new Map<string, string>();

  /** Tries a comparison: what it learns is kept only where it finds no fault. */
  attempt(compare: (text: ExampleText) => string[]): string[] {
    const tried = new ExampleText();
    tried.meanings = new Map(this.meanings);
    const faults = compare(tried);
    if (faults.length === 0) this.meanings = tried.meanings;
    return faults;
  }

  /**
   * A text of a request, with what the run knows in place of what the guide shows. The day of a
   * conversation stands for yesterday: it may not be long ago.
   */
  fill(shown: string): string {
    for (const [, day = ''] of shown.matchAll(DAY_OF_CONVERSATION)) {
      if (this.meanings.has(day)) continue;
      this.meanings.set(day, londonDay(new Date(Date.now() - 24 * 3600_000)));
    }
    return shown.replaceAll(ANY_VOLATILE, (found) => this.meanings.get(found) ?? found);
  }

  /** Why the run's text is not the one shown; undefined where it is. */
  compare(shown: string, actual: string): string | undefined {
    const names: string[] = [];
    let pattern = '';
    let from = 0;
    for (const match of shown.matchAll(ANY_VOLATILE)) {
      const kind = VOLATILE[match.slice(1).findIndex((group) => group !== undefined)];
      pattern += literal(shown.slice(from, match.index));
      pattern += kind?.isName === true ? `(${kind.shape})` : `(?:${kind?.shape})`;
      if (kind?.isName === true) names.push(match[0]);
      from = match.index + match[0].length;
    }
    pattern += literal(shown.slice(from));
    const found = new RegExp(`^${pattern}$`).exec(actual);
    if (found === null) return `“${actual}” is not “${shown}”`;
    for (const [index, name] of names.entries()) {
      const meant = found[index + 1] ?? '';
      const known = this.meanings.get(name) ?? meant;
      if (known !== meant) return `“${name}” stood for “${known}” before, now for “${meant}”`;
      this.meanings.set(name, meant);
    }
    return undefined;
  }
}

/**
 * Where the run's JSON differs from the one shown, by path. Objects have the members shown, no more
 * unless one of them is `"…": "…"`; a list that ends with `"…"` may go on.
 */
export function compareJson(
  shown: unknown,
  actual: unknown,
  text: ExampleText,
  path = 'the body',
): string[] {
  if (shown === ELLIPSIS) return [];
  if (typeof shown === 'string' && typeof actual === 'string') {
    const fault = text.compare(shown, actual);
    return fault === undefined ? [] : [`${path}: ${fault}`];
  }
  if (Array.isArray(shown)) return compareLists(shown, actual, text, path);
  if (typeof shown === 'object' && shown !== null) {
    return compareObjects(shown as Record<string, unknown>, actual, text, path);
  }
  return shown === actual
    ? []
    : [`${path}: ${JSON.stringify(actual)} is not ${JSON.stringify(shown)}`];
}

function compareLists(
  shown: readonly unknown[],
  actual: unknown,
  text: ExampleText,
  path: string,
): string[] {
  if (!Array.isArray(actual)) return [`${path} is not a list`];
  const goesOn = shown.at(-1) === ELLIPSIS;
  const named = goesOn ? shown.slice(0, -1) : shown;
  if (actual.length < named.length || (!goesOn && actual.length > named.length)) {
    return [`${path} has ${actual.length} entries, not ${named.length}`];
  }
  return named.flatMap((entry, index) =>
    compareJson(entry, actual[index], text, `${path}[${index}]`),
  );
}

function compareObjects(
  shown: Readonly<Record<string, unknown>>,
  actual: unknown,
  text: ExampleText,
  path: string,
): string[] {
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) {
    return [`${path} is not an object`];
  }
  const present = actual as Readonly<Record<string, unknown>>;
  const surplus = ELLIPSIS in shown ? [] : Object.keys(present).filter((key) => !(key in shown));
  return [
    ...surplus.map((key) => `${path}.${key} is not in the guide`),
    ...Object.entries(shown)
      .filter(([key]) => key !== ELLIPSIS)
      .flatMap(([key, value]) =>
        key in present
          ? compareJson(value, present[key], text, `${path}.${key}`)
          : [`${path}.${key} is missing`],
      ),
  ];
}

function literal(text: string): string {
  return text
    .split(ELLIPSIS)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`))
    .join('[^]*');
}
