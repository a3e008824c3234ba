import { Agent, request } from 'node:http';
import { applicationEnvironment } from './application-environment.js';
import type { BenchCluster, BenchDatabase } from './bench-cluster.js';
import type { BenchSettings } from './bench-settings.js';
import { nextVisitor } from './visitors.js';
import { startProgram } from './child-program.js';
import { joinPosts } from './join-posts.js';
import { load, percentile } from './load.js';
import { shareGreater } from './share-greater.js';

/** What one kind of applicant waits, in milliseconds. */
export interface AnswerTimes {
  readonly applicants: string;
  readonly posts: number;
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

export interface PrivacyFigures {
  readonly times: readonly AnswerTimes[];
  /** How often a known applicant's answer takes longer than an unknown one's: 50 tells nothing. */
  readonly knownTakesLonger: readonly { readonly between: string; readonly percent: number }[];
}

type Fields = Readonly<Record<string, string>>;

/** What somebody posts to find out whether a person is known. */
interface Probe {
  readonly name: string;
  readonly contentType: 'application/json' | 'application/x-www-form-urlencoded';
  /** Of a member of this number, or of nobody. */
  readonly fields: (who: 'member' | 'nobody', number: number) => Fields;
  /** Joins that are posted meanwhile, each as soon as the one before it was answered. */
  readonly besides: number;
}

const email = (who: string, number: number): string => `${who}.${number}@example.org`;
const phone = (who: string, number: number): string =>
  `+447${(who === 'member' ? 300_000_000 : 350_000_000) + number}`;
const byEmail: Probe['fields'] = (who, number) => ({
  givenName: 'Sam',
  familyName: 'Jones',
  email: email(who, number),
});

const PROBES: readonly Probe[] = [
  { name: 'by email', contentType: 'application/json', fields: byEmail, besides: 0 },
  {
    name: 'by email, another name',
    contentType: 'application/json',
    fields: (who, number) => ({ ...byEmail(who, number), givenName: 'Kit', familyName: 'Marsh' }),
    besides: 0,
  },
  {
    name: 'by phone',
    contentType: 'application/json',
    fields: (who, number) => ({
      ...byEmail(who, number),
      email: email('somebody', number + (who === 'member' ? 0 : 1_000_000)),
      phone: phone(who, number),
    }),
    besides: 0,
  },
  {
    name: 'by email, a form',
    contentType: 'application/x-www-form-urlencoded',
    fields: byEmail,
    besides: 0,
  },
  { name: 'by email, under load', contentType: 'application/json', fields: byEmail, besides: 8 },
];

const POSTS_OF_EACH = 1_500;
const WARM_UP = 100;
const POSTS_AT_FIRST = 8;

/**
 * Whether the time of an answer tells that a person is known. One post after another over one
 * connection, known and unknown in turn: as quiet as an eavesdropper could wish for, but for the
 * last probe. The known have confirmed their address.
 */
export async function benchPrivacy(
  cluster: BenchCluster,
  { poolSize }: BenchSettings,
): Promise<PrivacyFigures> {
  const database = await cluster.createDatabase('bench_privacy');
  const api = await startProgram({
    name: 'api',
    script: 'dist/src/main.js',
    environment: applicationEnvironment({
      databaseUrl: database.url,
      smtpUrl: 'smtp://127.0.0.1:9',
      poolSize,
    }),
    readyPath: '/health/ready',
  });
  try {
    await joinMembers(api.url, database);
    const times: AnswerTimes[] = [];
    const knownTakesLonger = [];
    for (const [index, probe] of PROBES.entries()) {
      const { known, unknown } = await withLoad(api.url, probe.besides, () =>
        timesOf(probe, index, api.url),
      );
      times.push(
        describe(`known, ${probe.name}`, known),
        describe(`unknown, ${probe.name}`, unknown),
      );
      const percent = shareGreater(known, unknown) * 100;
      knownTakesLonger.push({ between: probe.name, percent });
    }
    await assertMatched(database);
    return { times, knownTakesLonger };
  } finally {
    await api.stop();
  }
}

async function joinMembers(url: string, database: BenchDatabase): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: POSTS_AT_FIRST });
  const waiting = [...Array(POSTS_OF_EACH).keys()];
  const join = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const fields = { ...byEmail('member', next), phone: phone('member', next) };
      await timeOf(agent, url, 'application/json', fields, 'The first time');
    }
  };
  await Promise.all(Array.from({ length: POSTS_AT_FIRST }, join));
  agent.destroy();
  await database.sql(
    `UPDATE contact_point SET verified_at = clock_now() WHERE value LIKE 'member.%'`,
  );
}

/** Keeps so many connections busy with joins of other people while something is measured. */
async function withLoad<T>(
  url: string,
  connections: number,
  measured: () => Promise<T>,
): Promise<T> {
  if (connections === 0) return measured();
  const over = new AbortController();
  const nextBody = joinPosts(8);
  const busy = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await load({
        url,
        method: 'POST',
        paths: ['/v1/join'],
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        nextBody,
        expectedStatus: 201,
        connections,
        seconds: 1,
      });
    }
  };
  const others = busy();
  try {
    return await measured();
  } finally {
    over.abort();
    await others;
  }
}

async function timesOf(
  { contentType, fields }: Probe,
  index: number,
  url: string,
): Promise<{ known: number[]; unknown: number[] }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times = { known: [] as number[], unknown: [] as number[] };
  try {
    for (let turn = 0; turn < POSTS_OF_EACH + WARM_UP; turn += 1) {
      // Which of the two comes first changes, so that neither always follows the other.
      const kinds = ['known', 'unknown'] as const;
      for (const kind of turn % 2 === 0 ? kinds : kinds.toReversed()) {
        const posted =
          kind === 'known'
            ? fields('member', turn % POSTS_OF_EACH)
            : fields('nobody', index * 10_000 + turn);
        const message = `Probe ${index}, turn ${turn}`;
        const time = await timeOf(agent, url, contentType, posted, message);
        if (turn >= WARM_UP) times[kind].push(time);
      }
    }
    return times;
  } finally {
    agent.destroy();
  }
}

/** The time from the last byte of the request to the last of the answer, in milliseconds. */
function timeOf(
  agent: Agent,
  url: string,
  contentType: Probe['contentType'],
  fields: Fields,
  message: string,
): Promise<number> {
  const post = { ...fields, postcode: 'M14 5RX', message };
  const body =
    contentType === 'application/json'
      ? JSON.stringify({ ...post, consent: { privacyNotice: '2026-11', email: true } })
      : new URLSearchParams({
          ...post,
          'consent.privacyNotice': '2026-11',
          'consent.email': 'true',
        }).toString();
  const headers = {
    'content-type': contentType,
    accept: 'application/json',
    ...nextVisitor(),
    'content-length': Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/v1/join`, { agent, method: 'POST', headers }, (answer) => {
      answer.resume();
      answer.once('end', () => {
        if (answer.statusCode === 201) resolve(performance.now() - began);
        else reject(new Error(`A join was answered ${answer.statusCode}.`));
      });
    });
    outgoing.once('error', reject);
    const began = performance.now();
    outgoing.end(body);
  });
}

/** @throws Error where the known were not recognised: the comparison would be of equals. */
async function assertMatched(database: BenchDatabase): Promise<void> {
  const rows = await database.sql<{ how: string; matched: number }>(
    `SELECT coalesce(matched_by, 'nobody') AS how, count(*)::integer AS matched
       FROM join_submission GROUP BY 1`,
  );
  const matched = (how: string): number => rows.find((row) => row.how === how)?.matched ?? 0;
  const byVerifiedEmail = PROBES.filter(({ fields }) => fields === byEmail).length;
  if (
    matched('verified_email') < byVerifiedEmail * POSTS_OF_EACH ||
    matched('contact_and_name') < POSTS_OF_EACH
  ) {
    throw new Error(`The known were not recognised: ${JSON.stringify(rows)}`);
  }
}

function describe(applicants: string, times: readonly number[]): AnswerTimes {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number) => percentile(sorted, share);
  return {
    applicants,
    posts: times.length,
    p10: at(0.1),
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
  };
}
