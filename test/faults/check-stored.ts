import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  answersTo,
  type Evidence,
  type PostedJoin,
  type StoredJoin,
  type StoredPerson,
} from './book.js';
import { bodyOf } from './draw-join.js';

type Complain = (fault: string) => void;

/** A join is stored once, where it was answered, and as it was posted. */
export function checkStored(
  join: PostedJoin,
  stored: readonly StoredJoin[],
  keys: Evidence['keys'],
  complain: Complain,
): void {
  const { email } = join;
  if (stored.length > 1) complain(`${email} was stored ${stored.length} times`);
  for (const one of stored) checkValues(join, one, complain);
  const [heard] = answersTo(join);
  if (heard === undefined) {
    if (!join.givesUp) complain(`${email} was never answered 201`);
    return;
  }
  const { body } = heard;
  const own = stored.find(({ id }) => id === body.id);
  if (own === undefined) {
    complain(`${email} was answered 201 with ${body.id}, which is not stored`);
  } else if (!isDeepStrictEqual(own.answer, body)) {
    complain(`${email}: its answer is stored as another`);
  }
  const unit = body.branch?.slug ?? body.region?.slug ?? 'national-office';
  if (unit !== join.unit.slug) complain(`${email} was answered ${unit}, not ${join.unit.slug}`);
  if (body.contact.email !== join.unit.email) {
    complain(`${email} was told to write to ${body.contact.email}, not ${join.unit.email}`);
  }
  checkKey(join, body, keys, complain);
}

/** The answer to a keyed post is kept under its key. */
function checkKey(
  { email, idempotencyKey }: PostedJoin,
  body: object,
  keys: Evidence['keys'],
  complain: Complain,
): void {
  if (idempotencyKey === undefined) return;
  const hash = createHash('sha256').update(idempotencyKey).digest('hex');
  const kept = keys.find(({ keyHash }) => keyHash === hash);
  if (kept === undefined) complain(`${email}: its answer is not kept under its key`);
  else if (!isDeepStrictEqual(kept.answer, body)) {
    complain(`${email}: another answer is kept under its key`);
  }
}

/** What is stored is what was posted, and lies with the unit that the postcode belongs to. */
function checkValues(join: PostedJoin, stored: StoredJoin, complain: Complain): void {
  const { email, phone, unit, consents } = join;
  const expected: { readonly [Name in keyof StoredJoin]?: StoredJoin[Name] } = {
    phone: phone ?? null,
    // The country is the one thing that is filled in.
    posted: { ...bodyOf(join), country: 'GB' },
    handlings: [unit.slug],
    allocations: [unit.slug],
    followUps: [unit.slug],
    people: [personOf(join)],
    contactPoints: [`email ${email}`, ...(phone === undefined ? [] : [`phone ${phone}`])],
    consents: Object.entries(consents)
      .map(([channel, agreed]) => `${channel} ${agreed ? 'granted' : 'refused'}`)
      .sort(),
  };
  for (const [name, value] of Object.entries(expected)) {
    const found = stored[name as keyof typeof expected];
    if (isDeepStrictEqual(found, value)) continue;
    complain(`${email}: its ${name} are ${JSON.stringify(found)}, not ${JSON.stringify(value)}`);
  }
}

function personOf({ givenName, familyName, postcode, unit, details }: PostedJoin): StoredPerson {
  const { address = {}, dateOfBirth = null } = details;
  return {
    givenName,
    familyName: familyName ?? null,
    dateOfBirth,
    country: 'GB',
    postcode,
    addressLine1: address.line1 ?? null,
    addressLine2: address.line2 ?? null,
    town: address.town ?? null,
    unit: unit.slug,
  };
}

/** Nothing is stored by halves: a submission has all the messages that follow from it. */
export function checkMessages(
  { id, messages, remindersWaiting }: StoredJoin,
  isReminded: boolean,
  complain: Complain,
): void {
  const waiting = isReminded ? 0 : 1;
  if (remindersWaiting !== waiting) {
    complain(`${id} has ${remindersWaiting} remindersWaiting instead of ${waiting}`);
  }
  const wanted = ['follow_up_notice', 'join_acknowledgement'];
  if (isReminded) wanted.splice(1, 0, 'follow_up_reminder');
  const kinds = messages.map(({ kind }) => kind).sort();
  if (kinds.join() !== wanted.join()) {
    complain(`${id} has the messages ${kinds.join(', ') || 'none'}`);
  }
  for (const { kind, state } of messages) {
    if (state !== 'sent') complain(`${id}: its ${kind} is ${state}`);
  }
}
