import { Agent, request } from 'node:http';
import { applicationEnvironment } from './application-environment.js';
import type { BenchCluster, BenchDatabase } from './bench-cluster.js';
import type { BenchSettings } from './bench-settings.js';
import { startProgram } from './child-program.js';
import { percentile } from './load.js';

/** What one kind of applicant waits, in milliseconds. */
export interface AnswerTimes {
  readonly applicants: 'known' | 'unknown';
  readonly posts: number;
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

export interface PrivacyFigures {
  readonly times: readonly AnswerTimes[];
  /**
   * How often a known applicant's answer takes longer than an unknown one's: 0.5 tells nothing, 0 or
   * 1 everything (the area under the ROC curve, Mann and Whitney's U over all pairs).
   */
  readonly knownTakesLonger: number;
}

const POSTS_OF_EACH = 2_000;
const WARM_UP = 200;

/**
 * Whether the time of an answer tells that a person is known. One post after another over one
 * connection, known and unknown in turn: as quiet as an eavesdropper could wish for. The known have
 * confirmed their address, and post with their own name.
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
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const post = (who: string, message: string) => timeOf(agent, `${api.url}/v1/join`, who, message);
  try {
    for (let who = 0; who < POSTS_OF_EACH; who += 1) await post(`member.${who}`, 'The first time');
    await database.sql(
      `UPDATE contact_point SET verified_at = clock_now() WHERE value LIKE 'member.%'`,
    );
    const times: Record<AnswerTimes['applicants'], number[]> = { known: [], unknown: [] };
    for (let turn = 0; turn < POSTS_OF_EACH + WARM_UP; turn += 1) {
      const member = turn % POSTS_OF_EACH;
      // Which of the two comes first changes, so that neither always follows the other.
      const pair = [
        ['known', `member.${member}`],
        ['unknown', `nobody.${turn}`],
      ] as const;
      for (const [applicants, who] of turn % 2 === 0 ? pair : pair.toReversed()) {
        const time = await post(who, `Turn ${turn}`);
        if (turn >= WARM_UP) times[applicants].push(time);
      }
    }
    await assertMatched(database);
    return {
      times: [describe('known', times.known), describe('unknown', times.unknown)],
      knownTakesLonger: shareGreater(times.known, times.unknown),
    };
  } finally {
    agent.destroy();
    await api.stop();
  }
}

/** The time from the last byte of the request to the last of the answer, in milliseconds. */
function timeOf(agent: Agent, url: string, who: string, message: string): Promise<number> {
  const body = JSON.stringify({
    givenName: 'Sam',
    familyName: 'Jones',
    email: `${who}@example.org`,
    postcode: 'M14 5RX',
    message,
    consent: { privacyNotice: '2026-11', email: true },
  });
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        agent,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (answer) => {
        answer.resume();
        answer.once('end', () => {
          if (answer.statusCode === 201) resolve(performance.now() - began);
          else reject(new Error(`A join was answered ${answer.statusCode}.`));
        });
      },
    );
    outgoing.once('error', reject);
    const began = performance.now();
    outgoing.end(body);
  });
}

/** @throws Error where the known were not recognised: the comparison would be of equals. */
async function assertMatched(database: BenchDatabase): Promise<void> {
  const [row] = await database.sql<{ matched: number }>(
    `SELECT count(*)::integer AS matched FROM join_submission WHERE matched_by = 'verified_email'`,
  );
  if ((row?.matched ?? 0) < POSTS_OF_EACH) throw new Error('The known were not recognised.');
}

function describe(applicants: AnswerTimes['applicants'], times: number[]): AnswerTimes {
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

/** The share of pairs in which the first list's value is the greater; ties count half. */
export function shareGreater(ones: readonly number[], others: readonly number[]): number {
  const sorted = others.toSorted((one, other) => one - other);
  let greater = 0;
  for (const one of ones) {
    greater +=
      (countBelow(sorted, (value) => value < one) + countBelow(sorted, (v) => v <= one)) / 2;
  }
  return greater / (ones.length * others.length);
}

/** How many values at the beginning of a sorted list fulfil a condition that ends somewhere. */
function countBelow(sorted: readonly number[], isBelow: (value: number) => boolean): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (isBelow(sorted[middle] ?? Infinity)) from = middle + 1;
    else to = middle;
  }
  return from;
}
