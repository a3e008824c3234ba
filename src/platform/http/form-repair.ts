import type { core } from 'zod';
import { valueAt } from './schema-faults.js';

/** What a form's text means where a schema asks for a boolean (contract, Manners). */
const TRUE_WORDS = new Set(['on', 'true', '1', 'yes']);

/**
 * Brings a form post nearer to a strict JSON schema, guided by the schema's own complaints: unknown
 * names are dropped (foreign form builders add them), texts where a boolean or a number belongs become
 * one, a single value where a list belongs becomes a list of one. All else is the person's to put right.
 *
 * @returns whether anything was changed, so that validating again makes sense.
 */
export function repairForm(body: object, issues: readonly core.$ZodIssue[]): boolean {
  let changed = false;
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') {
      const holder = valueAt(body, issue.path);
      if (typeof holder !== 'object' || holder === null) continue;
      for (const key of issue.keys) changed = Reflect.deleteProperty(holder, key) || changed;
    } else if (issue.code === 'invalid_type') {
      changed = repairValue(body, issue) || changed;
    }
  }
  return changed;
}

function repairValue(body: object, issue: core.$ZodIssueInvalidType): boolean {
  const name = issue.path.at(-1);
  const holder = valueAt(body, issue.path.slice(0, -1));
  if (name === undefined || typeof holder !== 'object' || holder === null) return false;
  const value: unknown = valueAt(holder, [name]);
  if (issue.expected === 'boolean' && (typeof value === 'string' || Array.isArray(value))) {
    // A hidden "0" before a checkbox is a common way to post "not ticked": the last one counts.
    const word: unknown = Array.isArray(value) ? value.at(-1) : value;
    Reflect.set(holder, name, TRUE_WORDS.has(String(word).trim().toLowerCase()));
    return true;
  }
  if (issue.expected === 'number' && typeof value === 'string' && isNumber(value)) {
    Reflect.set(holder, name, Number(value));
    return true;
  }
  if (issue.expected === 'array' && typeof value === 'string') {
    Reflect.set(holder, name, [value]);
    return true;
  }
  return false;
}

/** As people write numbers: digits, perhaps with a sign and a point. */
function isNumber(text: string): boolean {
  return /^\s*[+-]?\d{1,15}(?:\.\d{1,15})?\s*$/.test(text);
}
