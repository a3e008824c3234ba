import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Conditions } from '../../organisers/conditions.js';
import type { OrganiserManager } from '../../platform/database/database.js';
import { decodeCursor, type Page, toPage } from '../../platform/http/keyset-page.js';
import { newId } from '../../platform/new-id.js';
import type { AdminForm, FormChange, FormsQuery, NewForm } from './forms.admin-schemas.js';
import { unitWithId } from '../../organisers/record-columns.js';

const cursorShape = z.tuple([z.string()]);

/** Who may change a form; its policy says the same. */
const CHANGERS = `(SELECT my_units_as('{national_administrator,regional_organiser}'))::uuid[]`;

const COLUMNS = `f.id, f.slug, f.name, f.origins, f.thank_you_url AS "thankYouUrl", f.sequence,
  f.source_defaults AS "sourceDefaults", f.questions, f.challenge, f.closed_at AS "closedAt",
  f.version, f.created_at AS "createdAt", f.updated_at AS "updatedAt",
  ${unitWithId('u')} AS unit`;
const FROM = 'FROM form f JOIN unit u ON u.id = f.unit_id';

/** Forms as organisers see and change them; policies let through those of the caller's units. */
@Injectable()
export class FormsAdminRepository {
  /** A page of forms, by slug. */
  async page(manager: OrganiserManager, query: FormsQuery): Promise<Page<AdminForm>> {
    const conditions = new Conditions().addUpdatedSince('f.updated_at', query);
    if (query.unit !== undefined) conditions.add('f.unit_id = $?', query.unit);
    if (query.state === 'open') conditions.add('f.closed_at IS NULL');
    if (query.state === 'closed') conditions.add('f.closed_at IS NOT NULL');
    const total = query.count === true ? await conditions.count(manager, FROM) : undefined;
    if (query.cursor !== undefined) {
      conditions.add('f.slug > $?', ...decodeCursor(query.cursor, cursorShape));
    }
    const rows = await manager.query<AdminForm[]>(
      `SELECT ${COLUMNS} ${FROM} ${conditions.where} ORDER BY f.slug LIMIT ${query.limit + 1}`,
      conditions.values,
    );
    const page = toPage(rows, query.limit, ({ slug }) => [slug]);
    return total === undefined ? page : { ...page, total };
  }

  /** The form of an id; undefined for one that does not exist or is out of sight. */
  async form(manager: OrganiserManager, id: string): Promise<AdminForm | undefined> {
    const [form] = await manager.query<AdminForm[]>(`SELECT ${COLUMNS} ${FROM} WHERE f.id = $1`, [
      id,
    ]);
    return form;
  }

  /** Whether the caller may make forms for a unit that is open. */
  async mayMakeFor(manager: OrganiserManager, unitId: string): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      `SELECT FROM unit u WHERE u.id = $1 AND u.closed_at IS NULL AND u.id = ANY (${CHANGERS})`,
      [unitId],
    );
    return rows.length > 0;
  }

  /** Whether a form that the caller sees is theirs to change. */
  async mayChange(manager: OrganiserManager, id: string): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      `SELECT FROM form f WHERE f.id = $1 AND f.unit_id = ANY (${CHANGERS})`,
      [id],
    );
    return rows.length > 0;
  }

  /** Makes a form. @returns its id; undefined where the slug is taken. */
  async insert(manager: OrganiserManager, form: NewForm): Promise<string | undefined> {
    const [row] = await manager.query<{ id: string }[]>(
      `INSERT INTO form (id, slug, name, unit_id, origins, thank_you_url, sequence,
                         source_defaults, questions, challenge)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       ON CONFLICT ON CONSTRAINT form_slug_key DO NOTHING RETURNING id`,
      [
        newId(),
        form.slug,
        form.name,
        form.unitId,
        form.origins,
        form.thankYouUrl,
        form.sequence,
        JSON.stringify(form.sourceDefaults),
        JSON.stringify(form.questions),
        form.challenge,
      ],
    );
    return row?.id;
  }

  /** Changes a form if it still has this version. @returns whether it had. */
  async change(
    manager: OrganiserManager,
    id: string,
    version: number,
    { closed, ...form }: Required<FormChange>,
  ): Promise<boolean> {
    const [, changed] = await manager.query<[unknown[], number]>(
      `UPDATE form
          SET name = $3, origins = $4, thank_you_url = $5, sequence = $6, source_defaults = $7,
              questions = $8, challenge = $9,
              closed_at = CASE WHEN $10 THEN coalesce(closed_at, clock_now()) END,
              version = version + 1, updated_at = clock_now()
        WHERE id = $1 AND version = $2`,
      [
        id,
        version,
        form.name,
        form.origins,
        form.thankYouUrl,
        form.sequence,
        JSON.stringify(form.sourceDefaults),
        JSON.stringify(form.questions),
        form.challenge,
        closed,
      ],
    );
    return changed === 1;
  }
}
