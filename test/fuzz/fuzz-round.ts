import { setTimeout as pause } from 'node:timers/promises';
import type { AnswerSchemas } from './answer-schemas.js';
import type { ApiDescription, Operation } from './api-description.js';
import type { FuzzRequest } from './draft.js';
import type { RequestDrawer } from './draw-request.js';
import type { FailureBook } from './failure-book.js';
import { Oracle } from './oracle.js';
import type { ServerProcess } from './server-process.js';
import { Tally } from './tally.js';
import type { ValuePool } from './value-pool.js';
import { type Outcome, WireClient } from './wire.js';

export interface RoundPlan {
  readonly api: ApiDescription;
  readonly drawer: RequestDrawer;
  readonly pool: ValuePool;
  readonly schemas: AnswerSchemas;
  readonly book: FailureBook;
  readonly server: ServerProcess;
  /** The first index, and the one behind the last. */
  readonly from: number;
  readonly to: number;
  /** Requests in flight. */
  readonly connections: number;
  /** Of how many answers one is checked against its schema, and looked through for values. */
  readonly oneOf: number;
  /** Told now and then, with how many have been sent. */
  readonly progress?: (sent: number) => Promise<void> | void;
}

/** Answers longer than this are not looked through. */
const LOOKED_THROUGH = 60_000;
const PROGRESS_EVERY = 10_000;

/** Sends the requests of a plan, judges each answer, and learns from the good ones. */
export async function runRound(plan: RoundPlan): Promise<Tally> {
  const { api, drawer, book, server, connections } = plan;
  const tally = new Tally(api);
  const thorough = new Oracle(api, plan.schemas);
  const quick = new Oracle(api);
  const inFlight = new Set<FuzzRequest>();
  let next = plan.from;

  const judge = async (request: FuzzRequest, outcome: Outcome): Promise<void> => {
    const isThorough = request.index % plan.oneOf === 0;
    const complaints = (isThorough ? thorough : quick).complaints(request, outcome);
    tally.count(request, outcome);
    // A server that has ended is one fault, not one for each request afterwards.
    if (outcome.fault?.includes('ECONN') === true) await untilEndIsKnown(server);
    if (complaints.length > 0 && server.isRunning) book.add(request, outcome, complaints);
    else if (isThorough || request.operation === 'POST /v1/join') learn(plan, request, outcome);
  };

  const lane = async (): Promise<void> => {
    const client = new WireClient(server.port);
    const twin = new WireClient(server.port);
    try {
      while (next < plan.to && server.isRunning && !book.isFull) {
        const request = drawer.draw(next);
        next += 1;
        inFlight.add(request);
        const outcomes = await Promise.all([
          client.send(request),
          ...(request.twice ? [twin.send(request)] : []),
        ]);
        for (const outcome of outcomes) await judge(request, outcome);
        if (server.isRunning) inFlight.delete(request);
        if (request.index % PROGRESS_EVERY === PROGRESS_EVERY - 1) {
          await plan.progress?.(request.index + 1 - plan.from);
        }
      }
    } finally {
      client.close();
      twin.close();
    }
  };
  await Promise.all(Array.from({ length: connections }, lane));
  if (!server.isRunning) {
    for (const request of inFlight) {
      book.add(request, { answers: [], fault: undefined, milliseconds: 0 }, [
        'in flight when it ended',
      ]);
    }
  }
  return tally;
}

/** A process is heard of a little later than its connections. */
async function untilEndIsKnown(server: ServerProcess): Promise<void> {
  for (let times = 0; times < 20 && server.isRunning; times += 1) await pause(250);
}

/** Keeps ids, cursors, tags and keys of a good answer for the requests to come. */
export function learn(
  { api, pool }: Pick<RoundPlan, 'api' | 'pool'>,
  request: FuzzRequest,
  { answers: [answer] }: Outcome,
): void {
  const operation = api.operations.find(({ name }) => name === request.operation);
  if (operation === undefined || answer === undefined || request.broken) return;
  const { status, headers, body } = answer;
  if (status < 200 || status > 299) return;
  const tag = headers.get('etag')?.[0];
  if (tag !== undefined) {
    pool.add('etag', tag);
    pool.add(`${operation.path} etag`, tag);
  }
  const key = /\r\nIdempotency-Key: ([^\r]+)\r\n/.exec(request.bytes.toString('latin1'))?.[1];
  if (key !== undefined) pool.add('idempotency key', key);
  const isJson = headers.get('content-type')?.[0]?.startsWith('application/json') === true;
  if (!isJson || body.length === 0 || body.length > LOOKED_THROUGH) return;
  const value: unknown = JSON.parse(body.toString('utf8'));
  const within = createdWithin(api, operation);
  const { id } = value as { id?: unknown };
  // What is made within another thing is found there alone.
  if (within !== undefined && typeof id === 'string') {
    const [, path = ''] = /^\S+ ([^ ?]+)/.exec(request.bytes.toString('latin1')) ?? [];
    pool.add(within.path, `${path}/${id}`);
  } else pool.harvest(ANSWERS_AS[operation.name] ?? operation.path, value);
  const token = (value as { token?: unknown }).token;
  if (typeof token === 'string') pool.add('spare session', token);
}

/** Operations whose answer shows what another path lists. */
const ANSWERS_AS: Readonly<Record<string, string>> = {
  'POST /v1/admin/organisers': '/v1/admin/organisers/invitations',
};

/** The operation on one of the things that this one makes within another: both are in its path. */
function createdWithin(api: ApiDescription, { method, path }: Operation): Operation | undefined {
  if (method !== 'POST' || !path.includes('{')) return undefined;
  return api.operations.find(
    (one) => one.path.startsWith(`${path}/{`) && one.path.lastIndexOf('/') === path.length,
  );
}
