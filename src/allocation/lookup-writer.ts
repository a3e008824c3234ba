import type { z } from 'zod';
import { roundedKm } from '../postcodes/distance.js';
import type { LocatedPostcode } from '../postcodes/postcode-locator.js';
import type { Postcode } from '../postcodes/postcode.js';
import type { DirectoryView } from '../units/directory-view.js';
import type { Unit } from '../units/unit.js';
import { regionSummarySchema, unitContactSchema } from '../units/unit.schemas.js';
import { type Belonging, distanceTo } from './decide-allocation.js';
import { nationalOfficeSchema, nearBranchSchema } from './lookup.schemas.js';
import type { NearBranch } from './nearest-branches.js';

/** What was found out about a postcode, to be written down. */
export interface Lookup {
  readonly postcode: Postcode;
  readonly located: LocatedPostcode;
  /** What else may have been meant, in written form. */
  readonly didYouMean: readonly string[];
  readonly belonging: Belonging;
  readonly nearest: readonly NearBranch[];
}

/**
 * Part of the entity tag of answers: it has to move on with whatever changes in how one is written
 * or what is said in it, else a cache goes on giving out what it has.
 */
export const ANSWER_EDITION = 2;

const placelessBranchSchema = nearBranchSchema.omit({ distanceKm: true });

/**
 * Writes answers of lookups as JSON. What an answer says of a unit is the same each time, so it goes
 * through its schema and is written once for each state of the organisation, and answers are put
 * together from such pieces (decision 0019).
 */
export class LookupWriter {
  /** `,"region":{…},"branch":` for a region, or for none. */
  private readonly region: (unit: Unit | null) => Buffer;
  /** `{"slug":…` up to its distance. */
  private readonly branch: (unit: Unit) => Buffer;
  /** `],"organiser":{…},"nationalOffice":{…}}` */
  private readonly end: (unit: Unit) => Buffer;
  private readonly national: Unit;

  constructor(view: DirectoryView) {
    this.national = view.national;
    const office = json(nationalOfficeSchema, view.national);
    this.region = onceForEach((unit) => {
      const region = unit === null ? 'null' : json(regionSummarySchema, unit);
      return Buffer.from(`,"region":${region},"branch":`, 'utf8');
    });
    this.branch = onceForEach((unit) => {
      const written = json(placelessBranchSchema, { ...unit, contact: view.contactOf(unit) });
      return Buffer.from(written.slice(0, -1), 'utf8');
    });
    this.end = onceForEach((unit) => {
      const organiser = json(unitContactSchema, view.contactOf(unit));
      return Buffer.from(`],"organiser":${organiser},"nationalOffice":${office}}`, 'utf8');
    });
  }

  /** @returns the JSON of a `LookupAnswer`. */
  write({ postcode, located, didYouMean, belonging: { region, branch }, nearest }: Lookup): Buffer {
    const { precision, terminated } = located;
    const ended = terminated === null ? 'null' : `"${terminated}"`;
    const others = didYouMean.length === 0 ? '' : `,"didYouMean":${JSON.stringify(didYouMean)}`;
    const start = `{"postcode":"${postcode.canonical}","precision":"${precision}","terminated":${ended}${others}`;
    const parts = [this.region(region)];
    if (branch === null) parts.push(NULL);
    else parts.push(this.branch(branch), distance(distanceTo(branch, located)));
    parts.push(NEAREST);
    for (const { branch: near, km } of nearest) {
      if (parts.at(-1) !== NEAREST) parts.push(COMMA);
      parts.push(this.branch(near), distance(roundedKm(km)));
    }
    parts.push(this.end(region ?? this.national));
    return joined(start, parts);
  }
}

const NULL = Buffer.from('null');
const COMMA = Buffer.from(',');
const NEAREST = Buffer.from(',"nearest":[');

/** What a schema lets through. */
function json(schema: z.ZodType, value: object): string {
  return JSON.stringify(schema.parse(value));
}

/** The end of a branch, by tenths of a kilometre: there are not many. */
const distances: Buffer[] = [];
const NO_DISTANCE = Buffer.from(',"distanceKm":null}');

/** @param km with one decimal. */
function distance(km: number | null): Buffer {
  if (km === null) return NO_DISTANCE;
  return (distances[Math.round(km * 10)] ??= Buffer.from(`,"distanceKm":${km}}`));
}

/** @param start in ASCII. */
function joined(start: string, parts: readonly Buffer[]): Buffer {
  let length = start.length;
  for (const part of parts) length += part.length;
  const bytes = Buffer.allocUnsafe(length);
  let at = bytes.write(start, 'latin1');
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function onceForEach<Key>(write: (key: Key) => Buffer): (key: Key) => Buffer {
  const written = new Map<Key, Buffer>();
  return (key) => {
    let bytes = written.get(key);
    if (bytes === undefined) written.set(key, (bytes = write(key)));
    return bytes;
  };
}
