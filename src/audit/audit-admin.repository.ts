import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Conditions } from '../organisers/conditions.js';
import type { OrganiserManager } from '../platform/database/database.js';
import { momentInFull } from '../platform/database/moment-in-full.js';
import { type Page, decodeCursor, toPage } from '../platform/http/keyset-page.js';
import { isoTimeInFull, uuidV7Id } from '../platform/http/text.schema.js';
import type { AuditEventAnswer, AuditQuery } from './audit.admin-schemas.js';

/** The moment in full, as text: a `Date` has milliseconds only, and would show an event twice. */
const cursorShape = z.tuple([isoTimeInFull(), uuidV7Id()]);

/** The audit trail as those who watch over the whole organisation read it. */
@Injectable()
export class AuditAdminRepository {
  /** A page of events, the latest first. */
  async page(manager: OrganiserManager, query: AuditQuery): Promise<Page<AuditEventAnswer>> {
    const conditions = new Conditions().addUpdatedSince('e.at', query);
    // The policies say so too; said here as well, own deeds are found by index.
    if (!(await this.watchesOverEverybody(manager))) {
      conditions.add('e.actor_id = my_organiser_id()');
    }
    const { actorKind, actorId, action, subjectKind, subjectId, from, to } = query;
    if (actorKind !== undefined) conditions.add('e.actor_kind = $?', actorKind);
    if (actorId !== undefined) conditions.add('e.actor_id = $?', actorId);
    if (action !== undefined) conditions.add('e.action = $?', action);
    if (subjectKind !== undefined) conditions.add('e.subject_kind = $?', subjectKind);
    if (subjectId !== undefined) conditions.add('e.subject_id = $?', subjectId);
    if (from !== undefined) conditions.add('e.at >= $?', from);
    if (to !== undefined) conditions.add('e.at < $?', to);
    const total =
      query.count === true ? await conditions.count(manager, 'FROM audit_event e') : undefined;
    if (query.cursor !== undefined) {
      const [at, id] = decodeCursor(query.cursor, cursorShape);
      conditions.add('(e.at, e.id) < ($?::timestamptz, $?::uuid)', at, id);
    }
    const rows = await manager.query<(AuditEventAnswer & { position: string })[]>(
      `SELECT e.id, e.at, e.actor_kind AS "actorKind",
              CASE WHEN e.actor_id IS NOT NULL THEN json_build_object(
                'id', e.actor_id, 'name', actor_name(e.actor_id)) END AS actor,
              e.action, e.subject_kind AS "subjectKind", e.subject_id AS "subjectId",
              e.request_id AS "requestId", host(e.address) AS address,
              ${momentInFull('e.at')} AS position
         FROM audit_event e ${conditions.where}
        ORDER BY e.at DESC, e.id DESC LIMIT ${query.limit + 1}`,
      conditions.values,
    );
    const page = toPage(rows, query.limit, ({ position, id }) => [position, id]);
    return total === undefined ? page : { ...page, total };
  }

  private async watchesOverEverybody(manager: OrganiserManager): Promise<boolean> {
    const [row] = await manager.query<{ everybody: boolean }[]>(
      'SELECT watches_over_everybody() AS everybody',
    );
    return row?.everybody === true;
  }
}
