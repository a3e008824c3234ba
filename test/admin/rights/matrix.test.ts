import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PERMISSIONS_OF, ROLES } from '../../../src/organisers/permissions.js';
import { type ApiDescription, type Operation, describedApi } from '../../fuzz/api-description.js';
import { type AdminStage, bearer, startAdminStage } from '../support.js';
import { type Caller, LEVELS, makeCaller } from './caller.js';
import { type Asked, type Expected, ROUTE_RULES, type RouteRule } from './route-rules.js';
import { type Place, Subjects } from './subjects.js';

const NOWHERE = '018f0000-0000-7000-8000-000000000000';

let stage: AdminStage;
let api: ApiDescription;
let subjects: Subjects;
const callers: Caller[] = [];
beforeAll(async () => {
  stage = await startAdminStage();
  const { body } = await stage.call().get('/openapi.json').expect(200);
  api = describedApi(body as object);
  subjects = new Subjects(stage);
  for (const role of ROLES) {
    for (const level of LEVELS) callers.push(await makeCaller(stage, role, level));
  }
});
afterAll(() => stage.close());

const operations = () => api.operations.filter(({ path }) => path.startsWith('/v1/admin'));

async function send({ method, path }: Operation, asked: Asked, token: string | undefined) {
  const verb = method.toLowerCase() as 'get' | 'post' | 'patch' | 'put' | 'delete';
  const request = stage.call()[verb](path.replace(/\{\w+\}/, asked.id ?? NOWHERE));
  if (token !== undefined) void request.set(bearer(asked.token ?? token));
  if (asked.version !== undefined) void request.set('If-Match', `"${asked.version}"`);
  return verb === 'get' ? request : request.send(asked.body ?? {});
}

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

/** What is answered otherwise than the table says, each in a line. */
async function faultsOf(operation: Operation, rule: RouteRule): Promise<string[]> {
  const faults: string[] = [];
  const ask = async (caller: Caller, place: Place) =>
    (await rule.ask?.({ stage, subjects, caller }, place)) ?? {};
  for (const caller of callers) {
    const who = `${caller.role} of a ${caller.level}`;
    const asked = await ask(caller, subjects.inside);
    const answer = await send(operation, asked, caller.token);
    if (!may(caller, rule)) {
      const named = (answer.body as { permission?: string }).permission;
      if (answer.status !== 403 || named !== rule.needs) {
        faults.push(`${who}, without the right: ${answer.status} ${named}`);
      }
      continue;
    }
    const wanted = typeof rule.inside === 'object' ? rule.inside[caller.level] : rule.inside;
    const found = said(answer, asked, wanted);
    if (found !== wanted) faults.push(`${who}, inside: ${found}, not ${wanted}`);
    // Nothing lies outside of the whole country but what is somebody else's own.
    if (rule.outside === undefined || (caller.level === 'national' && rule.needs !== 'session')) {
      continue;
    }
    const other = await ask(caller, subjects.outside);
    const refused = await send(operation, other, caller.token);
    const heard = said(refused, other, rule.outside);
    if (heard !== rule.outside) faults.push(`${who}, outside: ${heard}, not ${rule.outside}`);
  }
  return faults;
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
    const anybody = Object.entries(ROUTE_RULES).filter(([, { needs }]) => needs === 'anybody');
    expect(open.sort()).toEqual(anybody.map(([name]) => name).sort());
  });

  it.each(Object.entries(ROUTE_RULES))(
    '%s answers each role at each level, inside and outside, as the table says',
    { timeout: 60_000 },
    async (name, rule) => {
      const operation = operations().find((one) => one.name === name);
      if (operation === undefined) throw new Error(`There is no route ${name} any more.`);
      expect(await faultsOf(operation, rule)).toEqual([]);
    },
  );
});
