import type { core } from 'zod';
import type { Fault } from './problem.js';

/** More faults than this help nobody, and an answer must not grow with its question. */
export const MAXIMUM_FAULTS = 100;

/** Names of callers are repeated in messages, but not at any length. */
const MAXIMUM_NAME = 100;

type Issue = core.$ZodIssue;

/** A zod path in dots: `consent.email`, `interests.0`; empty for the whole input. */
export function dottedPath(path: readonly PropertyKey[]): string {
  return path.map((part) => String(part).slice(0, MAXIMUM_NAME)).join('.');
}

/** What a value of the wrong type, or none, is called: no other rule has anything to say of it. */
const NO_SUCH_VALUE = new Set(['invalid_type', 'required']);

/**
 * All faults of an input as the contract wants them: one per fault and field, unknown fields one by
 * one, at most 100. A value that is missing or of the wrong type has that one fault: zod measures
 * the length of a list where a text belongs, too.
 *
 * @param input what was validated, to tell a missing value from a wrong one.
 */
export function faultsOf(issues: readonly Issue[], input: unknown): Fault[] {
  const all = issues.flatMap((issue) => faultsOfIssue(issue, input));
  const decisive = new Map<string, Fault>();
  for (const fault of all) {
    if (NO_SUCH_VALUE.has(fault.code) && !decisive.has(fault.path)) decisive.set(fault.path, fault);
  }
  return all
    .filter((fault) => fault.code === 'unknown_field' || stands(fault, decisive))
    .slice(0, MAXIMUM_FAULTS);
}

/** Whether a fault stands: it is the decisive one of its path, or there is none. */
function stands(fault: Fault, decisive: ReadonlyMap<string, Fault>): boolean {
  return (decisive.get(fault.path) ?? fault) === fault;
}

function faultsOfIssue(issue: Issue, input: unknown): Fault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, MAXIMUM_FAULTS).map((key) => ({
      path: dottedPath([...issue.path, key]),
      code: 'unknown_field',
      message: `We do not know a field called “${key.slice(0, MAXIMUM_NAME)}” here. Check its spelling or leave it out.`,
    }));
  }
  if (issue.code === 'invalid_union') return faultsOfUnion(issue, input);
  return [{ path: dottedPath(issue.path), code: codeOf(issue, input), message: issue.message }];
}

/** Of a union, the branch that came closest: the one whose faults lie deepest, else a plain word. */
function faultsOfUnion(issue: core.$ZodIssueInvalidUnion, input: unknown): Fault[] {
  const closest = issue.errors.find((branch) =>
    branch.every((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys'),
  );
  if (closest !== undefined && closest.length > 0) {
    return closest.flatMap((inner) =>
      faultsOfIssue({ ...inner, path: [...issue.path, ...inner.path] }, input),
    );
  }
  return [{ path: dottedPath(issue.path), code: codeOf(issue, input), message: issue.message }];
}

function codeOf(issue: Issue, input: unknown): string {
  if (issue.code === 'custom') {
    const code: unknown = issue.params?.['code'];
    return typeof code === 'string' ? code : 'invalid';
  }
  const askedForValue =
    issue.code === 'invalid_type' ||
    issue.code === 'invalid_value' ||
    issue.code === 'invalid_union';
  if (askedForValue && valueAt(input, issue.path) === undefined) return 'required';
  return issue.code === 'invalid_union' ? 'invalid_value' : issue.code;
}

/** What stands at a path of the input; undefined when nothing does. */
export function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

const ARTICLES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  bigint: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object of named fields',
  record: 'an object of named fields',
  date: 'a date',
  null: 'null',
};

const FORMATS: Readonly<Record<string, string>> = {
  email: 'an email address, such as name@example.org',
  url: 'a full web address that begins with https://',
  uuid: 'an id',
  guid: 'an id',
  date: 'a date such as 2026-11-23',
  datetime: 'a time such as 2026-11-23T09:30:00Z',
  time: 'a time of day such as 09:30',
  e164: 'a phone number with its country code, such as +441632960000',
};

/**
 * Default messages in plain English, for schemas that bring none of their own. zod's words are for
 * programmers; these are for the person who filled in the form.
 */
export function plainMessage(issue: core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type': {
      if (issue.input === undefined) {
        return (issue.path?.length ?? 0) === 0 ? 'Please send a JSON object.' : 'This is needed.';
      }
      const wanted = ARTICLES[issue.expected];
      return wanted === undefined ? 'This is not filled in correctly.' : `This must be ${wanted}.`;
    }
    case 'invalid_value': {
      if (issue.input === undefined) return 'This is needed.';
      const values = issue.values.slice(0, 20).map((value) => String(value));
      return values.length === 1
        ? `This must be “${values[0]}”.`
        : `This must be one of: ${values.join(', ')}.`;
    }
    case 'too_big':
      return `This ${sizeOf(issue.origin, 'at most', issue.maximum)}.`;
    case 'too_small':
      return `This ${sizeOf(issue.origin, 'at least', issue.minimum)}.`;
    case 'invalid_format': {
      const wanted = FORMATS[issue.format];
      return wanted === undefined ? 'This is not in the right form.' : `This must be ${wanted}.`;
    }
    case 'not_multiple_of':
      return `This must be a multiple of ${issue.divisor}.`;
    case 'unrecognized_keys':
      return 'There are fields here that we do not know.';
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return issue.input === undefined ? 'This is needed.' : 'This is not filled in correctly.';
    default:
      return 'This is not filled in correctly.';
  }
}

function sizeOf(origin: string, bound: string, size: number | bigint): string {
  if (origin === 'string') return `must have ${bound} ${size} character${size === 1 ? '' : 's'}`;
  if (origin === 'array' || origin === 'set') {
    return `must have ${bound} ${size} entr${size === 1 ? 'y' : 'ies'}`;
  }
  return `must be ${bound} ${size}`;
}
