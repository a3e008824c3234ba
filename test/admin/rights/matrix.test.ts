import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEY_SCOPES } from '../../../src/organisers/api-key-scopes.js';
import { isReading, PERMISSIONS_OF, ROLES } from '../../../src/organisers/permissions.js';
import { type ApiDescription, type Operation, describedApi } from '../../fuzz/api-description.js';
import { type AdminStage, bearer, startAdminStage } from '../support.js';
import { Accounts } from './accounts.js';
import { type Caller, LEVELS, makeCaller, makeGracedCaller, makeKeyCaller } from './caller.js';
import { type Asked, type Expected, expectedOf, type RouteRule } from './route-rule.js';
import { ROUTE_RULES } from './route-rules.js';
import { type Place, Subjects } from './subjects.js';

const NOWHERE = '018f0000-0000-7000-8000-000000000000';

/** Each rule with the name of its route. */
const RULES: readonly [name: string, about: string, rule: RouteRule][] = Object.entries(
  ROUTE_RULES,
).flatMap(([name, rules]) =>
  [rules].flat().map((rule): [string, string, RouteRule] => [name, rule.about ?? 'all', rule]),
);

let stage: AdminStage;
let api: ApiDescription;
let subjects: Subjects;
let accounts: Accounts;
const callers: Caller[] = [];
const graced: Caller[] = [];
/** A key that may read whatever keys may read, and one that may read nothing. */
let program: Caller;
let joiner: Caller;
beforeAll(async () => {
  stage = await startAdminStage();
  const { body } = await stage.call().get('/openapi.json').expect(200);
  api = describedApi(body as object);
  subjects = new Subjects(stage);
  accounts = new Accounts(stage);
  for (const role of ROLES) {
    for (const level of LEVELS) callers.push(await makeCaller(stage, role, level));
  }
  for (const role of ROLES) {
    graced.push(await makeGracedCaller(stage, role, role === 'reader' ? 'national' : 'region'));
  }
  program = await makeKeyCaller(stage, KEY_SCOPES);
  joiner = await makeKeyCaller(stage, ['join.post']);
});
afterAll(() => stage.close());

const operations = () => api.operations.filter(({ path }) => path.startsWith('/v1/admin'));
const operationOf = (name: string) => {
  const operation = operations().find((one) => one.name === name);
  if (operation === undefined) throw new Error(`There is no route ${name} any more.`);
  return operation;
};

async function send({ method, path }: Operation, asked: Asked, token: string | undefined) {
  const verb = method.toLowerCase() as 'get' | 'post' | 'patch' | 'put' | 'delete';
  const { id = NOWHERE, coverId = NOWHERE, query = '' } = asked;
  const url = path.replace('{id}', id).replace('{coverId}', coverId) + query;
  const request = stage.call()[verb](url);
  if (token !== undefined) void request.set(bearer(asked.token ?? token));
  if (asked.version !== undefined) void request.set('If-Match', `"${asked.version}"`);
  return verb === 'get' ? request : request.send(asked.body ?? {});
}

const ask = async (rule: RouteRule, caller: Caller, place: Place) =>
  (await rule.ask?.({ stage, subjects, accounts, caller }, place)) ?? {};

/** What was answered, in the words of the table. */
function said(
  answer: Awaited<ReturnType<typeof send>>,
  { shows }: Asked,
  wanted: Expected,
): Expected {
  if (typeof wanted === 'number' || answer.status !== 200) return answer.status;
  return shows !== undefined && answer.text.includes(shows) ? 'shown' : 'absent';
}

/** Whether the role of a caller has what a route needs. */
function may({ role }: Caller, { needs }: RouteRule): boolean {
  return needs === 'session' || needs === 'anybody' || PERMISSIONS_OF[role].includes(needs);
}

/** Whether there is anything outside for a caller: for who holds the whole country only by a rule of its own. */
function hasOutside({ level }: Caller, { needs, outside }: RouteRule): boolean {
  if (outside === undefined) return false;
  return level !== 'national' || needs === 'session' || typeof outside === 'function';
}

/** What is answered to a caller who may ask otherwise than the table says, each in a line. */
async function faultsFor(caller: Caller, operation: Operation, rule: RouteRule, who: string) {
  const faults: string[] = [];
  const compare = async (where: 'inside' | 'outside', place: Place) => {
    const asked = await ask(rule, caller, place);
    const answer = await send(operation, asked, caller.token);
    const wanted = expectedOf(rule[where] ?? 404, caller);
    const found = said(answer, asked, wanted);
    if (found !== wanted) faults.push(`${who}, ${where}: ${found}, not ${wanted}`);
  };
  await compare('inside', subjects.inside);
  if (hasOutside(caller, rule)) await compare('outside', subjects.outside);
  return faults;
}

/** What is answered otherwise than the table says, each in a line. */
async function faultsOf(operation: Operation, rule: RouteRule): Promise<string[]> {
  const faults: string[] = [];
  for (const caller of callers) {
    const who = `${caller.role} of a ${caller.level}`;
    if (may(caller, rule)) {
      faults.push(...(await faultsFor(caller, operation, rule, who)));
      continue;
    }
    const asked = await ask(rule, caller, subjects.inside);
    const answer = await send(operation, asked, caller.token);
    const named = (answer.body as { permission?: string }).permission;
    if (answer.status !== 403 || named !== rule.needs) {
      faults.push(`${who}, without the right: ${answer.status} ${named}`);
    }
  }
  return faults;
}

/**
 * What somebody is told by a route, where they are not let in: status, code and what was needed. That
 * comes before anything that is sent is looked at.
 */
async function refusalOf({ token }: Caller, operation: Operation) {
  const { status, body } = await send(operation, {}, token);
  const { code, permission } = body as { code?: string; permission?: string };
  return [status, code, permission].join(' ').trimEnd();
}

describe('every admin route', () => {
  it('has a rule in the table, and every rule has its route', () => {
    expect(
      operations()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(Object.keys(ROUTE_RULES).sort());
  });

  it('is a 401 for whoever is not signed in, but the ones that sign in', async () => {
    const open: string[] = [];
    for (const operation of operations()) {
      const { status, body } = await send(operation, {}, undefined);
      if (status !== 401 || (body as { code: string }).code !== 'unauthenticated') {
        open.push(operation.name);
      }
    }
    const anybody = RULES.filter(([, , { needs }]) => needs === 'anybody');
    expect(open.sort()).toEqual(anybody.map(([name]) => name).sort());
  });

  it.each(RULES)(
    '%s (%s) answers each role at each level, inside and outside, as the table says',
    { timeout: 60_000 },
    async (name, _about, rule) => {
      expect(await faultsOf(operationOf(name), rule)).toEqual([]);
    },
  );

  it.each(
    RULES.filter(
      ([, , { needs, outside }]) =>
        needs !== 'anybody' && (needs !== 'session' || outside !== undefined),
    ),
  )(
    '%s (%s) lets whose grant has ended read as before, and change nothing',
    { timeout: 60_000 },
    async (name, _about, { inGrace, ...rule }) => {
      const operation = operationOf(name);
      const { needs } = rule;
      const faults: string[] = [];
      for (const caller of graced.filter((one) => may(one, rule))) {
        if (needs === 'session' || needs === 'anybody' || isReading(needs)) {
          const inside = inGrace ?? rule.inside;
          faults.push(...(await faultsFor(caller, operation, { ...rule, inside }, caller.role)));
          continue;
        }
        const refusal = await refusalOf(caller, operation);
        if (refusal !== `403 grant_in_grace ${needs}`) faults.push(`${caller.role}: ${refusal}`);
      }
      expect(faults).toEqual([]);
    },
  );

  it.each(RULES.filter(([, , { needs }]) => needs !== 'anybody'))(
    '%s (%s) lets keys in to read what their scopes say, and to nothing else',
    async (name, _about, rule) => {
      const operation = operationOf(name);
      const isForPeople = rule.organisersAlone === true || !may(program, rule);
      if (rule.needs === 'session' || isForPeople) {
        const named = rule.needs === 'session' || rule.organisersAlone ? '' : ` ${rule.needs}`;
        expect(await refusalOf(program, operation)).toBe(`403 organisers_alone${named}`);
        return;
      }
      expect(await faultsFor(program, operation, rule, 'a key')).toEqual([]);
      expect(await refusalOf(joiner, operation)).toBe(`403 scope_missing ${rule.needs}`);
    },
  );
});
