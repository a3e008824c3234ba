import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApplication, type TestApplication } from '../support/application.js';
import { INJECTIONS, NOT_TEXTS, UNSTORABLE_TEXTS } from '../support/hostile-inputs.js';
import { expectProblem, rawCall, type RawCall } from '../support/raw-call.js';
import { tableCounts } from '../support/stored.js';

let app: TestApplication;
let before: Record<string, number>;
beforeAll(async () => {
  app = await startApplication({
    worker: false,
    settings: { RATE_LIMIT_JOIN_PER_FORM: '1000000' },
  });
  before = await tableCounts(app.database);
});
afterAll(() => app.close());

/** Sends each; every one of them must be told what is wrong, and nothing may be stored. */
async function expectRefused(calls: readonly (RawCall & { about: string })[]) {
  for (const call of calls) expectProblem(await rawCall(app.url, call), call.about);
  expect(await tableCounts(app.database)).toEqual(before);
}

const JOIN = {
  givenName: 'Sam',
  email: 'sam@example.org',
  postcode: 'M14 5RX',
  consent: { privacyNotice: '2026-11' },
};

describe('each field of a join', () => {
  /** The paths of all fields, out of the API's description. */
  async function fieldsOfJoin(): Promise<string[]> {
    const { text } = await rawCall(app.url, { path: '/openapi.json' });
    interface Node {
      $ref?: string;
      properties?: Record<string, Node>;
    }
    const { components } = JSON.parse(text) as { components: { schemas: Record<string, Node> } };
    const resolved = ({ $ref, ...node }: Node): Node =>
      $ref === undefined ? node : (components.schemas[$ref.split('/').at(-1) ?? ''] ?? {});
    const walk = (node: Node, at: string[]): string[] => {
      const { properties } = resolved(node);
      return properties === undefined
        ? [at.join('.')]
        : Object.entries(properties).flatMap(([key, inner]) => walk(inner, [...at, key]));
    };
    return walk({ $ref: 'JoinSubmissionInput' }, []);
  }
  const withField = (path: string, value: unknown) => {
    const [outer = '', inner] = path.split('.');
    const holder =
      inner === undefined
        ? value
        : { ...(outer === 'consent' ? JOIN.consent : {}), [inner]: value };
    return JSON.stringify({ ...JOIN, [outer]: holder });
  };
  const posting = (about: string, body: string) => ({
    about,
    method: 'POST',
    path: '/v1/join',
    headers: { 'content-type': 'application/json' },
    body,
  });

  it('refuses what is not of its kind or cannot be stored, and names the field', async () => {
    const fields = await fieldsOfJoin();
    expect(fields).toEqual(
      expect.arrayContaining([
        'givenName',
        'consent.email',
        'source.page',
        'address.town',
        'fax_number',
        'formId',
      ]),
    );
    for (const field of fields) {
      const isFlag = /^consent\.(?:email|sms|phone)$/.test(field);
      for (const [what, value] of [...NOT_TEXTS, ...UNSTORABLE_TEXTS]) {
        if (isFlag && value === true) continue;
        if (field === 'interests' && Array.isArray(value)) continue;
        // An object of answers is of the right kind; what it answers is told by its own names.
        if (field === 'answers' && what === 'an object') continue;
        // Its content is never kept, so that nothing in it can do harm.
        if (
          ['fax_number', 'altcha'].includes(field) &&
          typeof value === 'string' &&
          value.length < 100
        )
          continue;
        // Several lines and tabs are a message's own.
        const call = posting(`${field}: ${what}`, withField(field, value));
        const problem = expectProblem(await rawCall(app.url, call), call.about);
        const paths = problem.errors?.map(({ path }) => path);
        expect(paths, call.about).toContain(field);
        // The wrong type is one fault; what is more is about a rule that cannot be looked at.
        if (typeof value !== 'string') expect(paths, call.about).toEqual([field]);
      }
    }
    expect(await tableCounts(app.database)).toEqual(before);
  }, 60_000);

  it('refuses lists and repeated names that are too long or nested', async () => {
    const faults: [about: string, changes: object][] = [
      ['10,000 interests', { interests: Array(10_000).fill('x') }],
      ['a list in the list', { interests: [['x']] }],
      ['null in the list', { interests: [null] }],
      ['dates that are none', { dateOfBirth: '1990-02-30' }],
      ['a year before all years', { dateOfBirth: '0000-01-01' }],
      ['a date of tomorrow’s world', { dateOfBirth: '9999-12-31' }],
      ['a time for a date', { dateOfBirth: '1990-01-01T00:00:00Z' }],
      ['two addresses', { email: 'a@example.org, b@example.org' }],
      ['a header in the address', { email: 'a@example.org\r\nBcc: b@example.org' }],
      ['a name in the address', { email: 'Sam <a@example.org>' }],
      ['a form that is not ours', { formId: 'another' }],
      ['no consent at all', { consent: {} }],
      ['a name that nobody can see', { givenName: '\u200b\u200b' }],
      ['a family name of fillers', { familyName: '\u3164\u2060 ' }],
    ];
    await expectRefused(
      faults.map(([about, changes]) => posting(about, JSON.stringify({ ...JOIN, ...changes }))),
    );
  });

  it('keeps SQL and HTML as the words that they are, where words belong', async () => {
    for (const [n, text] of INJECTIONS.entries()) {
      const words = {
        givenName: text,
        familyName: text,
        message: text,
        interests: [text],
        source: { page: text, campaign: text },
        address: { line1: text, town: text },
      };
      const call = posting(
        text,
        JSON.stringify({ ...JOIN, ...words, email: `words.${n}@example.org` }),
      );
      const answer = await rawCall(app.url, call);
      expect(answer.status, answer.text).toBe(201);
      expect(answer.text).not.toContain(text);
      const [kept] = await app.database.sql(
        `SELECT s.posted, p.given_name, p.address_line1 FROM join_submission s
           JOIN join_submission_handling h ON h.submission_id = s.id
           JOIN person p ON p.id = h.person_id WHERE s.id = $1`,
        [(JSON.parse(answer.text) as { id: string }).id],
      );
      expect(kept).toMatchObject({ posted: words, given_name: text, address_line1: text });
    }
    const after = await tableCounts(app.database);
    expect(Object.keys(after)).toEqual(Object.keys(before));
    expect(after['public.person']).toBe((before['public.person'] ?? 0) + INJECTIONS.length);
    before = after;
    await expectRefused(
      ['email', 'phone', 'postcode', 'country', 'dateOfBirth', 'formId'].flatMap((field) =>
        INJECTIONS.map((text) => posting(`${field}: ${text}`, withField(field, text))),
      ),
    );
  });

  it('takes the last of two fields of one name, as JSON parsers do', async () => {
    const twice = `{"givenName":7,${JSON.stringify(JOIN).slice(1)}`;
    const answer = await rawCall(app.url, posting('twice', twice));
    expect(answer.status).toBe(201);
    const wrong = `${JSON.stringify(JOIN).slice(0, -1)},"givenName":7}`;
    before = await tableCounts(app.database);
    await expectRefused([posting('twice, the last wrong', wrong)]);
  });
});
