import type { PageQuery } from '../platform/http/keyset-page.js';
import type { OrganiserManager } from '../platform/database/database.js';

/** Counting a list stops here. */
const COUNTED_AT_MOST = 10_000;

/**
 * The conditions of one admin list and their values. Conditions are our own words; whatever came
 * from outside is a value, and a value is never part of the words.
 *
 * They narrow what the policies let through and can widen nothing.
 */
export class Conditions {
  private readonly texts: string[] = [];
  readonly values: unknown[] = [];

  /** Adds a condition; each `$?` in it stands for the next value. */
  add(text: string, ...values: unknown[]): this {
    let index = 0;
    const numbered = text.replaceAll('$?', () => {
      if (index >= values.length) throw new Error(`Too few values for “${text}”.`);
      this.values.push(values[index++]);
      return `$${this.values.length}`;
    });
    if (index < values.length) throw new Error(`Too many values for “${text}”.`);
    this.texts.push(`(${numbered})`);
    return this;
  }

  /**
   * Adds what changed at or after a time. It ends a few seconds before now: a change that is being
   * committed while we read would carry an earlier time than one that is already shown, and whoever
   * asks next from the newest time they saw would never hear of it.
   */
  addUpdatedSince(column: string, { updatedSince }: Pick<PageQuery, 'updatedSince'>): this {
    if (updatedSince === undefined) return this;
    return this.add(
      `${column} >= $? AND ${column} < clock_now() - interval '5 seconds'`,
      updatedSince,
    );
  }

  /** Adds “in this region or one of its branches” and “in this branch”, by slug. */
  addPlaces(column: string, { region, branch }: { region?: string; branch?: string }): this {
    if (region !== undefined) {
      this.add(
        `${column} IN (SELECT inside.id FROM unit r
           JOIN unit inside ON inside.id = r.id OR inside.parent_id = r.id
          WHERE r.kind = 'region' AND r.slug = $?)`,
        region,
      );
    }
    if (branch !== undefined) {
      this.add(
        `${column} IN (SELECT b.id FROM unit b WHERE b.kind = 'branch' AND b.slug = $?)`,
        branch,
      );
    }
    return this;
  }

  /** For the end of a FROM. */
  get where(): string {
    return this.texts.length === 0 ? '' : `WHERE ${this.texts.join('\n AND ')}`;
  }

  /** How many rows there are, counted to ten thousand. `from` begins with FROM. */
  async count(
    manager: OrganiserManager,
    from: string,
  ): Promise<{ count: number; capped: boolean }> {
    const [row] = await manager.query<{ count: number }[]>(
      `SELECT count(*)::integer AS count
         FROM (SELECT ${from} ${this.where} LIMIT ${COUNTED_AT_MOST + 1}) counted`,
      this.values,
    );
    const count = row?.count ?? 0;
    return { count: Math.min(count, COUNTED_AT_MOST), capped: count > COUNTED_AT_MOST };
  }
}
