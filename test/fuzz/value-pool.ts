import { parse as uuidBytes } from 'uuid';
import { signedLink } from '../../src/platform/signed-link.js';
import type { Choices } from './choices.js';

/** Values of one name that are kept; older ones give way. */
const CAPACITY = 300;

/** What an object is called inside an answer, and the resource whose id it shows. */
const RESOURCE_OF: Readonly<Record<string, string>> = {
  person: 'people',
  submission: 'join-submissions',
  join: 'join-submissions',
  followUp: 'follow-ups',
  organiser: 'organisers',
  region: 'regions',
  branch: 'branches',
  grant: 'grants',
  batch: 'join-submission-batches',
  invitation: 'invitations',
};

/** The purposes of signed links, and the paths that they lead to. */
const LINKS = {
  confirm: 'confirmation',
  duties: 'duty',
  invitations: 'organiser invitation',
  resets: 'organiser password reset',
} as const;

/** Links that set a new password work for so long. */
const RESET_SECONDS = 24 * 3600;

/**
 * What the application has told so far, by name: `people.id`, `branches.slug`, the cursors of a
 * list. Requests are made of these, so that they reach more than the validation.
 */
export class ValuePool {
  private readonly values = new Map<string, { kept: string[]; seen: number }>();
  private readonly links;

  /** @param linkSecret signs the links that the application would send by mail. */
  constructor(linkSecret: string) {
    this.links = {
      confirm: signedLink(linkSecret, LINKS.confirm),
      duties: signedLink(linkSecret, LINKS.duties),
      invitations: signedLink(linkSecret, LINKS.invitations),
      resets: signedLink(linkSecret, LINKS.resets),
    };
  }

  /** Adds the links that set a new password for an account: each works after the one before. */
  addResets(organiserId: string, howMany: number): void {
    for (let version = 1; version <= howMany; version += 1) {
      const token = this.resetToken(organiserId, version);
      this.add('reset token', token);
      this.add('account.token', token);
    }
  }

  add(name: string, value: string): void {
    let entry = this.values.get(name);
    if (entry === undefined) this.values.set(name, (entry = { kept: [], seen: 0 }));
    entry.kept[entry.seen++ % CAPACITY] = value;
    if (name === 'join-submissions.id') {
      this.add('confirm.token', this.links.confirm.sign(uuidBytes(value)));
    }
    if (name === 'invitations.id') {
      const token = this.links.invitations.sign(uuidBytes(value));
      this.add('invitation token', token);
      this.add('account.token', token);
    }
    if (name === 'follow-ups.id') {
      // The first hand-over mostly; now and then one that was, or will be.
      const assignment = entry.seen % 10 === 0 ? 2 : 1;
      this.add('duties.token', this.dutyToken(value, assignment));
    }
  }

  /**
   * One of the values of a name; undefined where there are none. Always draws once, so that a
   * request draws alike whatever has been seen: only the value itself differs.
   */
  pick(name: string, choices: Choices): string | undefined {
    const at = choices.fraction();
    const kept = this.values.get(name)?.kept ?? [];
    return kept[Math.floor(at * kept.length)];
  }

  /** Keeps what a JSON answer of this path shows. */
  harvest(path: string, answer: unknown): void {
    this.harvestObject(resourceOfPath(path), answer, 0);
    const cursor = (answer as { nextCursor?: unknown } | null)?.nextCursor;
    if (typeof cursor === 'string') this.add(`${path} cursor`, cursor);
  }

  private harvestObject(resource: string | undefined, value: unknown, depth: number): void {
    if (typeof value !== 'object' || value === null || depth > 4) return;
    if (Array.isArray(value)) {
      // A few are enough; a page may have two hundred.
      for (const entry of value.slice(0, 10)) this.harvestObject(resource, entry, depth + 1);
      return;
    }
    for (const [key, inner] of Object.entries(value)) {
      if (typeof inner === 'string') this.harvestText(resource, key, inner);
      else this.harvestObject(key === 'data' ? resource : nameOf(key), inner, depth + 1);
    }
  }

  private harvestText(resource: string | undefined, key: string, value: string): void {
    const other = /^(\w+)Id$/.exec(key)?.[1];
    if (other !== undefined) this.addId(nameOf(other), value);
    else if (key === 'id') this.addId(resource, value);
    else if (key === 'slug' && resource !== undefined) this.add(`${resource}.slug`, value);
    else if (key === 'reference') this.add('reference', value);
  }

  private addId(resource: string | undefined, value: string): void {
    if (resource !== undefined && /^[0-9a-f-]{36}$/.test(value)) this.add(`${resource}.id`, value);
  }

  /** The link of a duty at one of its hand-overs. */
  private dutyToken(followUpId: string, assignment: number): string {
    const payload = Buffer.alloc(18);
    payload.set(uuidBytes(followUpId));
    payload.writeUInt16BE(assignment, 16);
    return this.links.duties.sign(payload);
  }

  /** The link that sets a new password while an account's credentials are of this version. */
  private resetToken(organiserId: string, version: number): string {
    const payload = Buffer.alloc(24);
    payload.set(uuidBytes(organiserId));
    payload.writeUInt32BE(version, 16);
    payload.writeUInt32BE(Math.floor(Date.now() / 1000) + RESET_SECONDS, 20);
    return this.links.resets.sign(payload);
  }
}

/** The name under which values of a path's parameter are kept: `people.id` of `…/people/{id}`. */
export function poolNameOf(path: string, parameter: string): string {
  const before = path.split(`/{${parameter}}`)[0]?.split('/').at(-1) ?? '';
  return `${before}.${parameter}`;
}

/** Whose ids the answers of a path show at their root. */
function resourceOfPath(path: string): string | undefined {
  const [collection = ''] = path.split('/{');
  return nameOf(collection.split('/').at(-1) ?? '');
}

const nameOf = (key: string): string => RESOURCE_OF[key] ?? key;
