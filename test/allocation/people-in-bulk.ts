import type { MovesStage } from './moves-stage.js';

/**
 * Makes people by the thousand, a quarter each in Cardiff, Swansea, Leeds and where nobody covers,
 * allocated as the rules of the stage have it. Ids rise with `n`.
 */
export async function makePeople(stage: MovesStage, count: number): Promise<void> {
  const { units } = stage.organisation;
  const places = [
    ['CF10 1AA', 'CF', units.cardiff.id, units.wales.id, 'CF belongs to Cardiff'],
    ['SA1 1AA', 'SA', units.swansea.id, units.wales.id, 'SA belongs to Swansea'],
    ['LS1 1UR', 'LS', units.leeds.id, units.yorkshire.id, 'LS belongs to Leeds'],
    ['EX1 1AA', null, null, null, 'No branch or region covers EX1 1AA yet'],
  ];
  await stage.database.sql(
    `WITH place AS (
       SELECT ordinality - 1 AS number, p ->> 0 AS postcode, p ->> 1 AS rule,
              (p ->> 2)::uuid AS branch, (p ->> 3)::uuid AS region, p ->> 4 AS explanation
         FROM jsonb_array_elements($2::jsonb) WITH ORDINALITY AS listed(p, ordinality)
     ), made AS MATERIALIZED (
       SELECT place.*, n, ('01980000-1000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id
         FROM generate_series(1, $1::integer) AS n JOIN place ON place.number = n % 4
     ), people AS (
       INSERT INTO person (id, given_name, family_name, country, postcode, unit_id)
       SELECT id, 'Sam', 'Jones ' || n, 'GB', postcode, coalesce(branch, $3) FROM made
     )
     INSERT INTO allocation (id, person_id, method, unit_id, branch_id, region_id, rule_prefix,
                             precision, explanation, directory_version, dataset_version)
     SELECT ('01980000-2000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, id,
            CASE WHEN rule IS NULL THEN 'national' ELSE 'coverage_rule' END,
            coalesce(branch, $3), branch, region, rule, 'area', explanation, 1, 'areas'
       FROM made`,
    [count, JSON.stringify(places), units.national.id],
  );
}

/** A hash of each table that a run might change, rows in the order of their text. */
export async function tableHashes(
  stage: MovesStage,
  tables: readonly string[] = [
    'person',
    'allocation',
    'follow_up',
    'follow_up_event',
    'join_submission_handling',
    'message',
    'coverage_rule',
    'unit',
    'directory_version',
  ],
): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const table of tables) {
    const [row] = await stage.database.sql<{ hash: string }>(
      `SELECT md5(coalesce(string_agg(t::text, E'\n' ORDER BY t::text), '')) AS hash FROM ${table} t`,
    );
    hashes[table] = row?.hash ?? '';
  }
  return hashes;
}

/** What has to hold whatever happened: everybody has one allocation, and is kept by its unit. */
export async function faultsOfAllocations(stage: MovesStage): Promise<unknown[]> {
  return stage.database.sql(
    `SELECT p.id, count(a.id)::integer AS current, min(a.unit_id::text) AS allocated, p.unit_id
       FROM person p LEFT JOIN allocation a ON a.person_id = p.id AND a.valid_until IS NULL
      GROUP BY p.id HAVING count(a.id) <> 1 OR min(a.unit_id::text) <> p.unit_id::text
      UNION ALL
     (SELECT ended.person_id, 0, 'belongs nowhere for a while', ended.unit_id
        FROM allocation ended
       WHERE ended.valid_until IS NOT NULL
         AND NOT EXISTS (SELECT FROM allocation next WHERE next.person_id = ended.person_id
                            AND next.valid_from = ended.valid_until))
      LIMIT 5`,
  );
}
