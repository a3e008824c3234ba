import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { FormDefinition } from './form.js';

export interface FormsSnapshot {
  version: string;
  forms: FormDefinition[];
}

/** Reads what the directory of forms keeps in memory. */
@Injectable()
export class FormDirectoryRepository {
  constructor(private readonly database: Database) {}

  /** The version that a change of any form moves on. */
  async version(): Promise<string> {
    const [row] = await this.database.query<{ version: string }>(
      'SELECT version::text FROM form_directory_version',
    );
    return row?.version ?? '0';
  }

  /** Every form of one moment; closed ones too, so that a late post hears that it is. */
  async snapshot(): Promise<FormsSnapshot> {
    const [row] = await this.database.query<{ version: string; forms: FormDefinition[] }>(`
      SELECT (SELECT version::text FROM form_directory_version) AS version,
             coalesce((SELECT json_agg(json_build_object(
               'id', f.slug, 'version', f.version, 'name', f.name, 'unitId', f.unit_id,
               'origins', f.origins, 'thankYouUrl', f.thank_you_url,
               'sourceDefaults', f.source_defaults, 'questions', f.questions,
               'asksChallenge', f.challenge, 'isClosed', f.closed_at IS NOT NULL))
                FROM form f), '[]') AS forms`);
    if (row === undefined) throw new Error('The forms could not be read.');
    return row;
  }
}
