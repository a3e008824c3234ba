import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Configuration } from '../../platform/config/configuration.js';

/** What decisions of one moment are made from. */
export interface Basis {
  readonly directoryVersion: string;
  /** The reference data in use; null: the built-in table. */
  readonly datasetVersion: string | null;
  /**
   * A hash of the rules, the open units with their positions, the reference data and the limit of
   * the nearest branch. The version of the organisation moves with every telephone number; this
   * moves with what decides.
   */
  readonly fingerprint: string;
}

/** Which organisation and reference data there are, told by numbers alone. */
export interface Versions {
  readonly directoryVersion: string;
  readonly datasetId: string | null;
}

/** Says what decisions are made from, as the transaction sees it. */
@Injectable()
export class RunBasisRepository {
  constructor(private readonly configuration: Configuration) {}

  /** What moves whenever the basis may have: cheaper than the basis itself. */
  async versions(manager: EntityManager): Promise<Versions> {
    const [row] = await manager.query<Versions[]>(
      `SELECT version::text AS "directoryVersion",
              (SELECT dataset_id FROM current_postcode_dataset) AS "datasetId"
         FROM directory_version`,
    );
    if (row === undefined) throw new Error('The organisation has no version.');
    return row;
  }

  async current(manager: EntityManager): Promise<Basis> {
    const [basis] = await manager.query<Basis[]>(
      `SELECT (SELECT version::text FROM directory_version) AS "directoryVersion",
              (SELECT d.version FROM current_postcode_dataset c
                 JOIN postcode_dataset d ON d.id = c.dataset_id) AS "datasetVersion",
              encode(sha256(convert_to(concat_ws(E'\\n\\n',
                (SELECT string_agg(concat_ws(' ', r.prefix, r.unit_id), E'\\n'
                          ORDER BY r.prefix COLLATE "C", r.unit_id)
                   FROM coverage_rule r JOIN unit u ON u.id = r.unit_id
                  WHERE u.closed_at IS NULL),
                (SELECT string_agg(concat_ws(' ', u.id, u.kind, u.parent_id, u.latitude,
                                             u.longitude, u.publishes_position), E'\\n'
                          ORDER BY u.id)
                   FROM unit u WHERE u.closed_at IS NULL),
                (SELECT coalesce(dataset_id::text, '-') FROM current_postcode_dataset),
                $1::text), 'UTF8')), 'hex') AS fingerprint`,
      [String(this.configuration.environment.NEAREST_BRANCH_LIMIT_KM)],
    );
    if (basis === undefined) throw new Error('The basis of decisions could not be read.');
    return basis;
  }
}
