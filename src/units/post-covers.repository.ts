import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Role } from '../organisers/permissions.js';
import type { OrganiserManager } from '../platform/database/database.js';

/** A cover as it is arranged. */
export interface NewCover {
  readonly id: string;
  readonly postId: string;
  readonly organiserId: string;
  readonly from: Date;
  readonly until: Date;
}

/** Who covers posts, and when; policies say who may arrange it. */
@Injectable()
export class PostCoversRepository {
  /** Whether the caller holds a post or may change it. */
  async mayArrange(manager: OrganiserManager, postId: string): Promise<boolean> {
    const [row] = await manager.query<{ may: boolean }[]>('SELECT may_arrange_cover($1) AS may', [
      postId,
    ]);
    return row?.may === true;
  }

  /** Whether a grant of somebody reaches a unit for a whole time. @param roles null: whichever. */
  async holdsThroughout(
    manager: OrganiserManager,
    { organiserId, from, until }: NewCover,
    roles: readonly Role[] | null,
    unitId: string,
  ): Promise<boolean> {
    const [row] = await manager.query<{ holds: boolean }[]>(
      'SELECT holds_throughout($1, $2, $3, $4, $5) AS holds',
      [organiserId, roles, unitId, from, until],
    );
    return row?.holds === true;
  }

  /** A cover of this post within this time. */
  async overlapping(
    manager: OrganiserManager,
    { postId, from, until }: NewCover,
  ): Promise<string | undefined> {
    const [found] = await manager.query<{ id: string }[]>(
      `SELECT id FROM post_cover
        WHERE post_id = $1 AND valid_until > $2
          AND tstzrange(valid_from, valid_until) && tstzrange($2, $3)
        ORDER BY valid_from LIMIT 1`,
      [postId, from, until],
    );
    return found?.id;
  }

  async insert(manager: OrganiserManager, cover: NewCover): Promise<void> {
    await manager.query(
      `INSERT INTO post_cover (id, post_id, organiser_id, valid_from, valid_until, arranged_by)
       VALUES ($1, $2, $3, $4, $5, my_organiser_id())`,
      [cover.id, cover.postId, cover.organiserId, cover.from, cover.until],
    );
  }

  /** Ends a cover now, or before it begins. @returns whether there was one that was not over. */
  async callOff(
    manager: OrganiserManager,
    { postId, id }: Pick<NewCover, 'postId' | 'id'>,
  ): Promise<boolean> {
    const [, ended] = await manager.query<[unknown[], number]>(
      `UPDATE post_cover SET valid_until = greatest(valid_from, clock_now())
        WHERE id = $1 AND post_id = $2 AND valid_until > clock_now() AND valid_until > valid_from`,
      [id, postId],
    );
    return ended === 1;
  }

  /**
   * The grant that was given for a cover and will end with it; as the application, since whoever calls
   * the cover off need not see it.
   */
  async openGrantOf(manager: EntityManager, coverId: string): Promise<string | undefined> {
    const [grant] = await manager.query<{ id: string }[]>(
      'SELECT id FROM organiser_grant WHERE cover_id = $1 AND ended_at IS NULL',
      [coverId],
    );
    return grant?.id;
  }
}
