import { Injectable } from '@nestjs/common';
import { recordDeed } from '../audit/audit.js';
import { GrantsAdminRepository } from '../organisers/grants-admin.repository.js';
import { IdempotentCreation } from '../organisers/idempotent-creation.js';
import { rolesThatInclude } from '../organisers/permissions.js';
import { roleOfOffice, rolesForDutiesOf } from '../organisers/role-places.js';
import type { SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Database, type OrganiserManager } from '../platform/database/database.js';
import type { Fault } from '../platform/http/problem.js';
import { invalidInput, notFound } from '../platform/http/standard-problems.js';
import { newId } from '../platform/new-id.js';
import { CoverOverlaps, MayNotCover } from './post-covers.admin-errors.js';
import type { ArrangedCover, CoverParameters, NewCoverInput } from './post-covers.admin-schemas.js';
import { type NewCover, PostCoversRepository } from './post-covers.repository.js';
import { PostsAdminRepository } from './posts-admin.repository.js';
import type { AdminPost } from './posts.admin-schemas.js';

const DAY = 24 * 3600 * 1000;
/** What lasts longer is no cover: somebody else holds the post then. */
const LONGEST_COVER = 366 * DAY;

/**
 * Who does the duties of a post while its holder is away. Whoever stands in has the right to, or
 * gets it for this time from somebody who may give it; it ends by itself, without grace or warning.
 */
@Injectable()
export class PostCoversAdminService {
  constructor(
    private readonly database: Database,
    private readonly repository: PostCoversRepository,
    private readonly posts: PostsAdminRepository,
    private readonly grants: GrantsAdminRepository,
    private readonly creation: IdempotentCreation,
  ) {}

  /**
   * @throws Problem 404 out of sight, 422 with all faults; MayNotCover 403; CoverOverlaps 409.
   */
  arrange(
    organiser: SignedInOrganiser,
    postId: string,
    input: NewCoverInput,
    key: string | undefined,
  ) {
    const request = { route: 'post-covers', key, input: { ...input, postId } };
    return this.creation.run(organiser, request, async (manager) => {
      // Covers and grants are made one at a time: a cover may bring a grant.
      const now = await this.grants.lock(manager);
      const post = await this.postToCover(manager, postId);
      const cover = newCover(postId, input, now);
      refuse(timeFaults(input, cover, now));
      if (cover.organiserId === post.holder?.id) refuse([SAME_PERSON]);
      const other = await this.repository.overlapping(manager, cover);
      if (other !== undefined) throw new CoverOverlaps(other);
      const grantId = await this.giveRight(manager, post, cover);
      await this.repository.insert(manager, cover);
      await recordDeed(manager, organiser, 'cover.arranged', 'post_cover', cover.id);
      if (grantId !== null) {
        await recordDeed(manager, organiser, 'grant.given', 'organiser_grant', grantId);
      }
      return this.arranged(manager, postId, cover.id, grantId);
    });
  }

  /**
   * Ends a cover at once; one that has not begun will not. The grant that came with it goes with it.
   *
   * @throws Problem 404 out of sight, or over; MayNotCover 403.
   */
  callOff(organiser: SignedInOrganiser, { id: postId, coverId }: CoverParameters): Promise<void> {
    return this.database.asOrganiser(organiser, async (manager) => {
      await this.grants.lock(manager);
      await this.postToCover(manager, postId);
      const grantId = await this.database.asApplication(manager, (application) =>
        this.repository.openGrantOf(application, coverId),
      );
      if (!(await this.repository.callOff(manager, { postId, id: coverId }))) throw notFound();
      await recordDeed(manager, organiser, 'cover.called_off', 'post_cover', coverId);
      if (grantId !== undefined) {
        await recordDeed(manager, organiser, 'grant.ended', 'organiser_grant', grantId);
      }
    });
  }

  /**
   * Sees to it that the stand-in may do what the post asks. Whoever may not give the role finds
   * somebody who has one there already, and may see the people that its duties are about.
   *
   * @returns the grant that was made for it; null where none was needed, or could be given.
   */
  private async giveRight(
    manager: OrganiserManager,
    { office, unit }: AdminPost,
    cover: NewCover,
  ): Promise<string | null> {
    const { id: coverId, organiserId, from, until } = cover;
    const role = roleOfOffice(office);
    const holds = (roles: Parameters<PostCoversRepository['holdsThroughout']>[2]) =>
      this.repository.holdsThroughout(manager, cover, roles, unit.id);
    if (role !== undefined && !(await holds(rolesThatInclude(role)))) {
      const account = await this.grants.organiser(manager, organiserId);
      const given =
        account?.disabled === false
          ? await this.grants.insert(manager, {
              organiserId,
              role,
              unitId: unit.id,
              validFrom: from,
              validUntil: until,
              graceDays: 0,
              coverId,
            })
          : undefined;
      if (given !== undefined) return given;
    }
    if (!(await holds(rolesForDutiesOf(office)))) refuse([UNKNOWN_ORGANISER]);
    return null;
  }

  private async postToCover(manager: OrganiserManager, id: string): Promise<AdminPost> {
    const post = await this.posts.post(manager, id);
    if (post === undefined) throw notFound();
    if (!(await this.repository.mayArrange(manager, id))) throw new MayNotCover();
    return post;
  }

  private async arranged(
    manager: OrganiserManager,
    postId: string,
    coverId: string,
    grantId: string | null,
  ): Promise<ArrangedCover> {
    const post = await this.posts.post(manager, postId);
    const cover = post?.covers.find(({ id }) => id === coverId);
    if (cover === undefined) throw new Error('A cover that was just made is gone.');
    return { ...cover, grantId };
  }
}

const SAME_PERSON: Fault = {
  path: 'organiserId',
  code: 'same_person',
  message: 'Nobody can stand in for themselves.',
};
const UNKNOWN_ORGANISER: Fault = {
  path: 'organiserId',
  code: 'unknown_organiser',
  message:
    'There is no organiser of this id whose role on this unit, or one above it, lasts for this ' +
    'time; and the role of this post is not yours to give.',
};

function newCover(postId: string, input: NewCoverInput, now: Date): NewCover {
  const from = new Date(input.from);
  const { organiserId, until } = input;
  return {
    id: newId(),
    postId,
    organiserId,
    from: from > now ? from : now,
    until: new Date(until),
  };
}

function timeFaults(input: NewCoverInput, { from, until }: NewCover, now: Date): Fault[] {
  const faults: Fault[] = [];
  // A day that has begun counts from now on; the longest has 25 hours.
  if (now.getTime() - Date.parse(input.from) > (25 / 24) * DAY) {
    const message = 'A cover begins now or later.';
    faults.push({ path: 'from', code: 'in_the_past', message });
  }
  if (until <= from) {
    const message = 'A cover ends after it has begun, and in the future.';
    faults.push({ path: 'until', code: 'not_after', message });
  } else if (until.getTime() - from.getTime() > LONGEST_COVER) {
    const message = 'A cover lasts for a year at most. Put somebody else into the post.';
    faults.push({ path: 'until', code: 'out_of_range', message });
  }
  return faults;
}

function refuse(faults: readonly Fault[]): void {
  if (faults.length > 0) throw invalidInput(faults);
}
