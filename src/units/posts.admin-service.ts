import { Injectable } from '@nestjs/common';
import { recordDeed } from '../audit/audit.js';
import type { SignedInOrganiser } from '../organisers/signed-in-organiser.js';
import { Database, type OrganiserManager } from '../platform/database/database.js';
import { StaleVersion } from '../platform/http/if-match.js';
import type { Fault } from '../platform/http/problem.js';
import { forbidden, invalidInput, notFound } from '../platform/http/standard-problems.js';
import { PostsAdminRepository } from './posts-admin.repository.js';
import type { AdminPost, PostChange, PostsQuery } from './posts.admin-schemas.js';

/** Posts: who holds which office, and who covers it. */
@Injectable()
export class PostsAdminService {
  constructor(
    private readonly database: Database,
    private readonly repository: PostsAdminRepository,
  ) {}

  /** A page of the posts of the caller's units. */
  list(organiser: SignedInOrganiser, query: PostsQuery) {
    return this.database.asOrganiser(organiser, (manager) => this.repository.page(manager, query));
  }

  /** @throws Problem 404, also for a post that is not of the caller's units. */
  read(organiser: SignedInOrganiser, id: string) {
    return this.database.asOrganiser(organiser, (manager) => this.post(manager, id));
  }

  /**
   * Says who holds a post and who covers it; both may be nobody. It gives no rights: those are
   * grants. Whoever is put there needs one that reaches the unit.
   *
   * @throws Problem 404 out of sight, 403 where it is not the caller's to change, 422
   *   `unknown_organiser` or `same_person`; StaleVersion.
   */
  change(organiser: SignedInOrganiser, id: string, version: number, change: PostChange) {
    return this.database.asOrganiser(organiser, async (manager) => {
      const before = await this.post(manager, id);
      if (!before.changeable) throw forbidden('regions.write');
      if (before.version !== version) throw new StaleVersion();
      const { holderId = before.holder?.id ?? null, standInId = before.standIn?.id ?? null } =
        change;
      if (holderId === (before.holder?.id ?? null) && standInId === (before.standIn?.id ?? null)) {
        return before;
      }
      await this.refuseFaults(manager, before, { holderId, standInId });
      if (!(await this.repository.change(manager, id, version, { holderId, standInId }))) {
        throw new StaleVersion();
      }
      await recordDeed(manager, organiser, 'post.changed', 'post', id);
      return this.post(manager, id);
    });
  }

  private async refuseFaults(
    manager: OrganiserManager,
    before: AdminPost,
    wanted: { holderId: string | null; standInId: string | null },
  ): Promise<void> {
    const faults: Fault[] = [];
    for (const [path, present] of [
      ['holderId', before.holder],
      ['standInId', before.standIn],
    ] as const) {
      const id = wanted[path];
      // Who is there already stays, though their role may have ended meanwhile.
      if (id === null || id === present?.id) continue;
      if (await this.repository.mayHold(manager, id, before.unit.id)) continue;
      const message = 'There is no organiser of this id with a role on this unit or one above it.';
      faults.push({ path, code: 'unknown_organiser', message });
    }
    if (wanted.holderId !== null && wanted.holderId === wanted.standInId) {
      const message = 'Nobody can stand in for themselves.';
      faults.push({ path: 'standInId', code: 'same_person', message });
    }
    if (faults.length > 0) throw invalidInput(faults);
  }

  private async post(manager: OrganiserManager, id: string) {
    const post = await this.repository.post(manager, id);
    if (post === undefined) throw notFound();
    return post;
  }
}
