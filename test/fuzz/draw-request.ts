import type { ApiDescription, Operation } from './api-description.js';
import { type Choices, choicesOf } from './choices.js';
import { type Draft, type FuzzRequest, bytesOf } from './draft.js';
import { encodeForm, encodeJson, percentEncode } from './encode-body.js';
import { mutateBody } from './mutate-body.js';
import { breakFraming } from './mutate-framing.js';
import { mutateHeaders } from './mutate-headers.js';
import { mutatePath, mutateQuery } from './mutate-target.js';
import { mutateValue } from './mutate-value.js';
import { type ValueMaker, validValue } from './schema-values.js';
import { type ValuePool, poolNameOf } from './value-pool.js';

const JSON_TYPE = 'application/json';
const SIGN_OUT = 'DELETE /v1/admin/sessions/current';
/** What somebody does to their own account; it may end sessions, and change what one signs in with. */
const OWN_ACCOUNT = /^POST \/v1\/admin\/me\/(?:password|second-factor)\b/;
const OTHER_METHODS = [
  'HEAD',
  'HEAD',
  'OPTIONS',
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'TRACE',
  'PROPFIND',
  'QUERY',
  'FOO',
  'get',
  'CONNECT',
  'M-SEARCH',
  'SOURCE',
  'PURGE',
];

/**
 * Draws requests from the description. The same seed and index draw the same request, but for what
 * was seen in answers.
 */
export class RequestDrawer {
  private readonly table: readonly (readonly [number, Operation])[];

  /** @param kind `reading`: GET and HEAD alone, which change nothing. */
  constructor(
    private readonly api: ApiDescription,
    private readonly pool: ValuePool,
    private readonly seed: number,
    private readonly kind: 'all' | 'reading' = 'all',
  ) {
    this.table = api.operations
      .filter(({ method }) => kind === 'all' || method === 'GET')
      .map((operation) => [operation.weight, operation] as const);
  }

  draw(index: number): FuzzRequest {
    const choices = choicesOf(this.seed, index);
    return this.mutated(index, choices.weighted(this.table), choices, howMany(choices));
  }

  /** A request of this operation that has nothing wrong, as far as the description tells. */
  drawValid(index: number, operation: Operation): FuzzRequest {
    return this.mutated(index, operation, choicesOf(this.seed, index), 0);
  }

  private mutated(
    index: number,
    operation: Operation,
    choices: Choices,
    mutations: number,
  ): FuzzRequest {
    const { pool } = this;
    const maker: ValueMaker = { api: this.api, operation, choices, pool };
    const draft: Draft = {
      operation,
      method: this.kind === 'reading' && choices.chance(0.2) ? 'HEAD' : operation.method,
      path: pathOf(maker),
      query: queryOf(maker),
      headers: this.headersOf(maker, index),
      body: undefined,
      mutations: [],
    };
    const table = this.kind === 'reading' ? READING_TARGETS : targetsOf(operation);
    const targets = Array.from({ length: mutations }, () => choices.weighted(table));
    addBody(draft, maker, targets.filter((target) => target === 'value').length);
    for (const target of targets) this.mutate(draft, target, choices);
    const isBroken = targets.includes('framing');
    // Which of several answers to a HEAD have a body, nobody could tell.
    if (isBroken && draft.method === 'HEAD') draft.method = 'GET';
    const framed = bytesOf(draft);
    const broken = isBroken ? breakFraming(framed, choices) : undefined;
    if (broken !== undefined) draft.mutations.push(broken.done);
    return {
      index,
      operation: operation.name,
      mutations: draft.mutations,
      method: draft.method,
      bytes: broken?.bytes ?? Buffer.concat([Buffer.from(framed.head, 'latin1'), framed.body]),
      broken: isBroken || draft.method === 'CONNECT',
      twice: choices.chance(operation.name === 'POST /v1/join' ? 0.05 : 0.01),
    };
  }

  private mutate(draft: Draft, target: Target, choices: Choices): void {
    switch (target) {
      case 'value':
      case 'framing':
        return;
      case 'body':
        // Where none belongs, one comes unasked.
        draft.body ??= { type: JSON_TYPE, bytes: Buffer.from('{}') };
        draft.mutations.push(mutateBody(draft.body, choices));
        return;
      case 'path':
        draft.mutations.push(mutatePath(draft, choices));
        return;
      case 'query':
        draft.mutations.push(mutateQuery(draft, choices));
        return;
      case 'headers':
        draft.mutations.push(mutateHeaders(draft, choices, this.pool));
        return;
      case 'method':
        draft.method = choices.pick(OTHER_METHODS);
        draft.mutations.push(`method: ${draft.method}`);
    }
  }

  private headersOf({ operation, choices, pool }: ValueMaker, index: number): Draft['headers'] {
    const headers: Draft['headers'] = [
      ['Host', 'localhost:3000'],
      ['X-Request-Id', `fuzz-${this.seed}-${index}`],
    ];
    const accept = choices.weighted([
      [5, 'application/json'],
      [2, 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8'],
      [1, '*/*'],
    ]);
    if (choices.chance(0.8)) headers.push(['Accept', accept]);
    // Whoever signs out does so with a session of their own, or nobody would be left signed in.
    const token = pool.pick(sessionsFor(operation), choices);
    const isSignedIn = operation.secured ? choices.chance(0.93) : choices.chance(0.02);
    if (isSignedIn && token !== undefined) headers.push(['Authorization', `Bearer ${token}`]);
    if (
      operation.parameters.some(
        ({ in: place, name: one }) => place === 'header' && one === 'Idempotency-Key',
      )
    ) {
      const used = pool.pick('idempotency key', choices);
      const key = choices.chance(0.3) && used !== undefined ? used : `fuzz-${this.seed}-${index}`;
      if (choices.chance(0.5)) headers.push(['Idempotency-Key', key]);
    }
    const tag = pool.pick('etag', choices);
    const condition = operation.parameters.find(
      ({ in: place, name: one }) => place === 'header' && one === 'If-Match',
    );
    if (condition !== undefined) {
      // Most things are of their first version.
      const version = choices.chance(0.7) || tag === undefined ? '"1"' : tag;
      if (choices.chance(condition.required ? 0.95 : 0.3)) headers.push(['If-Match', version]);
    }
    // Mostly one of the same path: what stands there may be unchanged.
    const seen = pool.pick(`${operation.path} etag`, choices) ?? tag;
    if (choices.chance(0.1) && seen !== undefined) headers.push(['If-None-Match', seen]);
    return headers;
  }
}

/** The name under which the sessions are kept that may be used for it. */
function sessionsFor({ name }: Operation): string {
  if (name === SIGN_OUT) return 'spare session';
  return OWN_ACCOUNT.test(name) ? 'own session' : 'session';
}

type Target = 'value' | 'body' | 'path' | 'query' | 'headers' | 'method' | 'framing';

const TARGETS: readonly (readonly [number, Target])[] = [
  [8, 'value'],
  [3, 'body'],
  [3, 'path'],
  [4, 'query'],
  [5, 'headers'],
  [1, 'method'],
  [1, 'framing'],
];

/** Where there is no body, none of its values can be wrong. */
function targetsOf({ bodies }: Operation): typeof TARGETS {
  return bodies.size > 0 ? TARGETS : BODYLESS_TARGETS;
}

const BODYLESS_TARGETS = TARGETS.filter(([, target]) => target !== 'value');
const READING_TARGETS = TARGETS.filter(([, target]) => /path|query|headers/.test(target));

/** A quarter has nothing wrong: handlers, too, are to be reached. */
function howMany(choices: Choices): number {
  return choices.weighted([
    [25, 0],
    [45, 1],
    [20, 2],
    [7, 3],
    [3, 6],
  ]);
}

/** A body of one of the kinds that the operation takes, with this many of its values damaged. */
function addBody(draft: Draft, maker: ValueMaker, damages: number): void {
  const { operation, choices } = maker;
  const bodies = [...operation.bodies];
  if (bodies.length === 0) return;
  const [type, schema] = choices.pick(bodies);
  let value = validValue(schema, '', maker);
  for (let count = 0; count < damages; count += 1) {
    const { body, done } = mutateValue(value, choices);
    value = body;
    draft.mutations.push(done);
  }
  const text = type === JSON_TYPE ? encodeJson(value) : encodeForm(value);
  draft.body = { type, bytes: Buffer.from(text, 'utf8') };
}

/** Where a path takes values of another name than its own. */
const PATH_VALUES: Readonly<Record<string, string>> = {
  'POST /v1/admin/organisers/{id}/second-factor/reset': 'second factor to reset',
  'DELETE /v1/admin/sessions/{id}': 'session to end',
};

function pathOf({ operation, choices, pool }: ValueMaker): string {
  // Of two ids in a path the second belongs to the first.
  const whole =
    operation.path.split('{').length > 2 ? pool.pick(operation.path, choices) : undefined;
  const filled = operation.path.replaceAll(/\{(\w+)\}/g, (_whole, parameter: string) => {
    const name = PATH_VALUES[operation.name] ?? poolNameOf(operation.path, parameter);
    const known = pool.pick(name, choices);
    return percentEncode(known ?? '018f0000-0000-7000-8000-000000000000');
  });
  return whole ?? filled;
}

function queryOf(maker: ValueMaker): string[] {
  const { operation, choices } = maker;
  return operation.parameters
    .filter(({ in: place }) => place === 'query')
    .flatMap(({ name, required, schema }) => {
      const isGiven = choices.chance(name === 'limit' ? 0.6 : 0.25);
      if (!required && !isGiven) return [];
      const value = validValue(schema, name, maker);
      // No cursor was seen as yet, and none can be made up.
      if (name === 'cursor' && !/^[\w-]{4,}$/.test(String(value))) return [];
      return [`${name}=${percentEncode(String(value))}`];
    });
}
