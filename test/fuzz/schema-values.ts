import type { ApiDescription, JsonSchema, Operation } from './api-description.js';
import type { Choices } from './choices.js';
import { sensibleValue } from './sensible-values.js';
import type { ValuePool } from './value-pool.js';

/** What making a value takes. */
export interface ValueMaker {
  readonly api: ApiDescription;
  readonly operation: Operation;
  readonly choices: Choices;
  readonly pool: ValuePool;
}

const LETTERS = 'abcdefgh IJKL-0123éß'.split('');
/** Optional fields that are given. */
const GIVEN = 0.45;
/** Texts of just the longest length that is taken. */
const AT_THE_BOUND = 0.03;

/** A value that its schema should take; `name` is the field's, which often says more. */
export function validValue(schema: JsonSchema, name: string, maker: ValueMaker): unknown {
  const { choices, operation, pool } = maker;
  const plain = maker.api.resolve(schema);
  const sensible = sensibleValue(name, operation, choices, pool);
  if (fits(sensible, plain) && !choices.chance(AT_THE_BOUND)) return sensible;
  if (plain.enum !== undefined) return choices.pick(plain.enum);
  const branches = plain.anyOf ?? plain.oneOf;
  if (branches !== undefined) return validValue(choices.pick(branches), name, maker);
  switch (Array.isArray(plain.type) ? choices.pick(plain.type) : plain.type) {
    case 'object':
      return validObject(plain, maker);
    case 'array':
      return Array.from({ length: choices.between(0, Math.min(plain.maxItems ?? 3, 4)) }, () =>
        validValue(plain.items ?? {}, `${name}[]`, maker),
      );
    case 'integer':
    case 'number':
      return validNumber(plain, choices);
    case 'boolean':
      return choices.chance(0.5);
    case 'null':
      return null;
    default:
      return validText(plain, choices);
  }
}

/** A name may stand for several things: `email` is an address, or the consent to use it. */
function fits(value: unknown, { type }: JsonSchema): boolean {
  if (value === undefined) return false;
  if (type === 'boolean' || type === 'string') return typeof value === type;
  return true;
}

/** Small ones mostly: a page of two hundred entries costs time and shows nothing new. */
function validNumber({ minimum = -10, maximum = 1000 }: JsonSchema, choices: Choices): number {
  const small = choices.between(minimum, Math.min(maximum, minimum + 9));
  return choices.weighted([
    [8, small],
    [1, maximum],
    [1, choices.between(minimum, maximum)],
  ]);
}

function validObject(schema: JsonSchema, maker: ValueMaker): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const isRequired = schema.required?.includes(name) === true;
    // Drawn in any case, so that what follows does not depend on it.
    const isGiven = maker.choices.chance(likelihoodOf(name));
    if (isRequired || isGiven) value[name] = validValue(property, name, maker);
  }
  return value;
}

/** Who leaves no way to be reached is refused; who fills in the trap is a bot. */
const LIKELIHOODS: Readonly<Record<string, number>> = {
  email: 0.95,
  postcode: 0.95,
  fax_number: 0.1,
  totp: 0.1,
  formId: 0.1,
  // Of cards and calls: what is needed where somebody agrees to something.
  channel: 0.9,
  conversation: 0.9,
  on: 0.9,
  consent: 0.9,
  privacyNotice: 0.9,
  evidence: 0.9,
  kind: 0.9,
  wording: 0.9,
  reference: 0.7,
  // A grant without an end needs no confirmation.
  validUntil: 0.9,
  // Not with a postcode, and of the units of whoever asks.
  branch: 0.1,
  personId: 0.1,
};

function likelihoodOf(name: string): number {
  return LIKELIHOODS[name] ?? GIVEN;
}

function validText(
  { format, example, examples, minLength = 1, maxLength = 50 }: JsonSchema,
  choices: Choices,
): string {
  if (format === 'date')
    return `${choices.between(1900, 2030)}-0${choices.between(1, 9)}-1${choices.between(0, 9)}`;
  if (format === 'date-time') return `${choices.between(1990, 2030)}-06-15T12:00:00Z`;
  const given = examples?.[0] ?? example;
  if (typeof given === 'string' && !choices.chance(AT_THE_BOUND)) return given;
  if (choices.chance(AT_THE_BOUND)) return 'é'.repeat(maxLength);
  const length = choices.between(minLength, Math.min(maxLength, 30));
  return Array.from({ length }, () => choices.pick(LETTERS)).join('');
}
