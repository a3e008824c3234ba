import { OrganiserAccounts } from '../src/organisers/organiser-accounts.js';
import { ownerDataSource } from '../src/platform/database/owner-data-source.js';
import { ADMIN_CASES, type AdminCaller, type KnownRecord } from './admin-cases.js';
import { type Answered, AdminHttp } from './admin-http.js';
import { AdminSession } from './admin-session.js';
import { applicationEnvironment } from './application-environment.js';
import type { BenchCluster, BenchDatabase } from './bench-cluster.js';
import type { BenchSettings } from './bench-settings.js';
import { startProgram } from './child-program.js';
import { median, percentile } from './load.js';
import { seedPeople } from './seed-people.js';

const PASSWORD = 'a password for benchmarks only';
const OFFICE: AdminCaller = {
  name: 'national',
  email: 'office@bench.org',
  role: 'national_administrator',
  branch: undefined,
};
/** How often the statements of a case are explained on each side. */
const EXPLAINED = 21;
/** Requests of a round on each side; fewer where one takes long. */
const REQUESTS = 150;
const ROUND_MILLISECONDS = 6_000;

/** One question of one caller, with the policies and without, in milliseconds. */
export interface AdminFigures {
  readonly question: string;
  readonly rows: number;
  /** Planning and execution of the very statements, medians. */
  readonly databaseMs: number;
  readonly databaseOpenMs: number;
  readonly databaseRatio: number;
  /** Of the answers over HTTP: medians of the rounds. */
  readonly p50: number;
  readonly p99: number;
  readonly p99Open: number;
  readonly p99Ratio: number;
}

/**
 * What row-level security costs organisers among many people. Two copies of one database, with an
 * API on each: in one of them row-level security is off, and the caller says by a filter what the
 * policies say in the other. Asked in turn, so that a slow moment of the machine meets both.
 */
export async function benchAdmin(
  cluster: BenchCluster,
  { people, poolSize, rounds }: BenchSettings,
): Promise<AdminFigures[]> {
  const guarded = await cluster.createDatabase('bench_admin');
  await seedPeople(guarded, people);
  const callers = [await secretary(guarded), OFFICE];
  await makeAccounts(guarded, callers);
  const open = await cluster.createDatabase('bench_admin_open', 'bench_admin');
  await takePoliciesAway(open);
  const apis = await Promise.all([guarded, open].map(({ url }) => startApi(url, poolSize)));
  try {
    const figures: AdminFigures[] = [];
    for (const caller of callers) {
      const known = await knownRecord(guarded, caller);
      const filters: Record<string, string> =
        caller.branch === undefined ? {} : { branch: caller.branch };
      const sides = await Promise.all(
        [guarded, open].map(async (database, index) => ({
          filters: index === 0 ? {} : filters,
          session: await AdminSession.open(database, caller),
          http: await signIn(database, apis[index]?.url ?? '', caller),
        })),
      );
      try {
        for (const one of ADMIN_CASES) {
          await cluster.checkpoint();
          const [database, databaseOpen] = await inTurn(EXPLAINED, sides, (side) =>
            side.session.milliseconds((manager, id) => one.run(manager, known, side.filters, id)),
          );
          const [answers, answersOpen] = await answersInTurn(rounds, sides, (side) =>
            side.http.get(one.path(known, side.filters)),
          );
          if (answers.ids !== answersOpen.ids) {
            throw new Error(`${one.name} shows other rows without policies.`);
          }
          figures.push({
            question: `${caller.name}: ${one.name}`,
            rows: answers.rows,
            databaseMs: median(database),
            databaseOpenMs: median(databaseOpen),
            databaseRatio: median(database) / median(databaseOpen),
            p50: answers.p50,
            p99: answers.p99,
            p99Open: answersOpen.p99,
            p99Ratio: answers.p99 / answersOpen.p99,
          });
        }
      } finally {
        for (const { session, http } of sides) {
          await session.close();
          http.close();
        }
      }
    }
    return figures;
  } finally {
    await Promise.all(apis.map((api) => api.stop()));
  }
}

function startApi(databaseUrl: string, poolSize: number) {
  return startProgram({
    name: 'api',
    script: 'dist/src/main.js',
    environment: applicationEnvironment({ databaseUrl, smtpUrl: 'smtp://127.0.0.1:9', poolSize }),
    readyPath: '/health/ready',
  });
}

/** Who works for the whole country has to show a second factor: here they have. */
async function signIn(
  database: BenchDatabase,
  url: string,
  { email }: AdminCaller,
): Promise<AdminHttp> {
  const http = await AdminHttp.signIn(url, email, PASSWORD);
  await database.sql(`UPDATE organiser_session SET second_factor = 'totp'`);
  return http;
}

/** The secretary of a branch that has duties left to do. */
async function secretary(database: BenchDatabase): Promise<AdminCaller> {
  const [branch] = await database.sql<{ slug: string }>(
    `SELECT u.slug FROM follow_up f JOIN unit u ON u.id = f.unit_id
      WHERE f.state = 'open' GROUP BY u.slug ORDER BY count(*) DESC, u.slug LIMIT 1`,
  );
  if (branch === undefined) throw new Error('No branch has anything left to do.');
  return {
    name: 'branch',
    email: 'branch@bench.org',
    role: 'branch_secretary',
    branch: branch.slug,
  };
}

async function makeAccounts(
  database: BenchDatabase,
  callers: readonly AdminCaller[],
): Promise<void> {
  const source = await ownerDataSource(database.superuserUrl);
  try {
    const accounts = new OrganiserAccounts(source.manager);
    for (const { email, name, role, branch } of callers) {
      const unit = branch === undefined ? {} : { unitSlug: `branch:${branch}` };
      await accounts.create({ email, name, role, ...unit, password: PASSWORD });
    }
  } finally {
    await source.destroy();
  }
}

/** Every table as it would be without row-level security. */
async function takePoliciesAway(database: BenchDatabase): Promise<void> {
  await database.sql(`
    DO $$
    DECLARE guarded regclass;
    BEGIN
      FOR guarded IN SELECT oid FROM pg_class
                      WHERE relnamespace = 'public'::regnamespace AND relrowsecurity LOOP
        EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', guarded);
      END LOOP;
    END
    $$`);
  await database.sql('VACUUM ANALYZE');
}

/** A record in the middle of the caller's own. */
async function knownRecord(database: BenchDatabase, { branch }: AdminCaller): Promise<KnownRecord> {
  const [found] = await database.sql<{ submissionId: string; email: string; name: string }>(
    `SELECT h.submission_id AS "submissionId", s.email, p.family_name AS name
       FROM join_submission_handling h
       JOIN join_submission s ON s.id = h.submission_id
       JOIN person p ON p.id = h.person_id
       JOIN unit u ON u.id = h.unit_id
      WHERE $1::text IS NULL OR (u.kind = 'branch' AND u.slug = $1)
      ORDER BY h.submission_id OFFSET (SELECT count(*) / 200 FROM person) LIMIT 1`,
    [branch ?? null],
  );
  if (found === undefined) throw new Error('There is nobody to ask for.');
  return { ...found, word: found.name.split(' ')[1] ?? '' };
}

/** Times of both sides, one after the other, each being first as often as the other. */
async function inTurn<Side>(
  times: number,
  sides: readonly Side[],
  measured: (side: Side) => Promise<number>,
): Promise<[number[], number[]]> {
  const found: [number[], number[]] = [[], []];
  for (let turn = -2; turn < times; turn += 1) {
    for (const index of turn % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const milliseconds = await measured(sides[index] as Side);
      if (turn >= 0) found[index].push(milliseconds);
    }
  }
  return found;
}

interface AnswersOfSide {
  readonly p50: number;
  readonly p99: number;
  readonly rows: number;
  readonly ids: string;
}

/** Answers of both sides in turn, request by request, in rounds: medians of what the rounds came to. */
async function answersInTurn<Side>(
  rounds: number,
  sides: readonly Side[],
  asked: (side: Side) => Promise<Answered>,
): Promise<[AnswersOfSide, AnswersOfSide]> {
  const percentiles = sides.map(() => ({ p50: [] as number[], p99: [] as number[] }));
  const shown = await Promise.all(sides.map(asked));
  for (let round = 0; round < rounds; round += 1) {
    const until = performance.now() + ROUND_MILLISECONDS;
    let asking = REQUESTS;
    const times = await inTurnUntil(sides, asked, () => asking-- > 0 && performance.now() < until);
    for (const [index, found] of percentiles.entries()) {
      const sorted = (times[index] ?? []).toSorted((one, other) => one - other);
      found.p50.push(percentile(sorted, 0.5));
      found.p99.push(percentile(sorted, 0.99));
    }
  }
  const sideOf = (index: 0 | 1): AnswersOfSide => ({
    p50: median(percentiles[index]?.p50 ?? []),
    p99: median(percentiles[index]?.p99 ?? []),
    rows: shown[index]?.rows ?? Number.NaN,
    ids: shown[index]?.ids ?? '',
  });
  return [sideOf(0), sideOf(1)];
}

async function inTurnUntil<Side>(
  sides: readonly Side[],
  asked: (side: Side) => Promise<Answered>,
  goesOn: () => boolean,
): Promise<number[][]> {
  const times: number[][] = sides.map(() => []);
  for (let turn = 0; turn === 0 || goesOn(); turn += 1) {
    for (const index of turn % 2 === 0 ? [0, 1] : [1, 0]) {
      times[index]?.push((await asked(sides[index] as Side)).milliseconds);
    }
  }
  return times;
}
