import { describe, expect, it } from 'vitest';
import { securityHeaders } from '../../src/platform/http/security-headers.js';
import { projectRoot } from '../../src/platform/project-root.js';
import type { Answer } from './answer-reader.js';
import { AnswerSchemas } from './answer-schemas.js';
import { describedApi } from './api-description.js';
import type { FuzzRequest } from './draft.js';
import { MARKER_COMPUTED, MARKER_ELEMENT } from './hostile-texts.js';
import { Oracle } from './oracle.js';
import type { Outcome } from './wire.js';

const thing = {
  type: 'object',
  properties: { id: { type: 'string', format: 'uuid' } },
  required: ['id'],
};
const api = describedApi({
  openapi: '3.1.0',
  paths: {
    '/v1/admin/things': {
      get: {
        responses: { 200: { content: { 'application/json': { schema: thing } } } },
        security: [{ bearer: [] }],
      },
    },
    '/page': { get: { responses: { 200: {} } } },
  },
  components: { schemas: {} },
});
const oracle = new Oracle(api, new AnswerSchemas(api));

const request = (changes: Partial<FuzzRequest> = {}): FuzzRequest => ({
  index: 1,
  operation: 'GET /v1/admin/things',
  mutations: [],
  method: 'GET',
  bytes: Buffer.alloc(0),
  broken: false,
  twice: false,
  ...changes,
});

interface Forged {
  status?: number;
  headers?: Record<string, string | undefined>;
  body?: string | Buffer;
}

const ID = '01a207f5-9a43-7411-9dc1-4936353e2a15';

function answer({ status = 200, headers = {}, body = `{"id":"${ID}"}` }: Forged): Answer {
  const all = Object.entries({
    ...securityHeaders(false),
    'x-request-id': 'r-1',
    'content-type': 'application/json; charset=utf-8',
    ...headers,
  });
  return {
    status,
    headers: new Map(
      all.flatMap(([name, value]) => (value === undefined ? [] : [[name, [value]] as const])),
    ),
    body: Buffer.from(body),
  };
}

const PROBLEM = {
  type: 'urn:branchline:problem:not_found',
  title: 'Not found',
  status: 404,
  detail: 'There is nothing at this address.',
  code: 'not_found',
  requestId: 'r-1',
};
const FAULT = { path: 'email', code: 'required', message: 'Please give an address.' };

/** A problem document, changed. */
function problem(changes: Record<string, unknown>, headers: Forged['headers'] = {}): Forged {
  const document: Record<string, unknown> = { ...PROBLEM, ...changes };
  return {
    status: document['status'] as number,
    headers: { 'content-type': 'application/problem+json', ...headers },
    body: JSON.stringify(document),
  };
}
const invalid = (errors: unknown): Forged =>
  problem({
    status: 422,
    code: 'invalid_input',
    type: 'urn:branchline:problem:invalid_input',
    errors,
  });

function complaintsOf(forged: Forged, of: FuzzRequest = request(), rest: Partial<Outcome> = {}) {
  const outcome = { answers: [answer(forged)], fault: undefined, milliseconds: 1, ...rest };
  return oracle.complaints(of, outcome).join('; ');
}

describe('the oracle has nothing to say of', () => {
  it.each<[string, Forged, Partial<FuzzRequest>?]>([
    ['an answer as described', {}],
    ['an answer with a new field', { body: `{"id":"${ID}","more":1}` }],
    ['a problem document', problem({})],
    ['faults of the input', invalid([FAULT])],
    ['names that the caller sent', invalid([{ ...FAULT, message: 'No field “undefined” here.' }])],
    ['what is not modified', { status: 304, headers: { 'content-type': undefined }, body: '' }],
    [
      'a page of a route that has pages',
      { status: 404, headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<p>no</p>' },
      { operation: 'GET /page' },
    ],
    [
      'the head of a refusal',
      { ...problem({}), body: '' },
      { method: 'HEAD', mutations: ['method: HEAD'] },
    ],
  ])('%s', (_name, forged, changes) => {
    expect(complaintsOf(forged, request(changes))).toBe('');
  });

  it('a broken request that was hung up on', () => {
    expect(complaintsOf({}, request({ broken: true }), { answers: [] })).toBe('');
  });
});

describe('the oracle complains about', () => {
  it.each<[string, Forged, string]>([
    ['our own fault', problem({ status: 500 }), 'answered 500'],
    ['an excuse', problem({ status: 503 }, { 'retry-after': '5' }), 'answered 503'],
    [
      'a refusal in plain text',
      { status: 404, headers: { 'content-type': 'text/plain' }, body: 'no' },
      '404 with the type text/plain',
    ],
    [
      'a page for a program',
      { status: 404, headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<p>' },
      'with the type text/html',
    ],
    ['a problem without a code', problem({ code: undefined }), 'without a code'],
    ['a problem without a title', problem({ title: '' }), 'without a title'],
    ['a problem without a detail', problem({ detail: undefined }), 'without a detail'],
    ['a problem of another type', problem({ type: 'about:blank' }), 'the type is about:blank'],
    ['a problem of another request', problem({ requestId: 'r-2' }), 'requestId'],
    [
      'a problem with another status in it',
      { ...problem({}), status: 409 },
      'the status in it is 404',
    ],
    ['a refusal that is an empty body', { ...problem({}), body: '' }, 'without a problem document'],
    ['a 401 that does not say how', problem({ status: 401 }), '401 without www-authenticate'],
    ['a 405 that does not say what', problem({ status: 405 }), '405 without allow'],
    ['a 429 that does not say when', problem({ status: 429 }), '429 without retry-after'],
    [
      'a refusal for caches',
      problem({}, { 'cache-control': 'public, max-age=9' }),
      '404 may be cached',
    ],
    ['faults that are missing', invalid(undefined), '422 without errors'],
    ['faults that are none', invalid([]), '422 without errors'],
    ['a fault without words', invalid([{ ...FAULT, message: '' }]), 'is not whole'],
    ['a fault that says too much', invalid([{ ...FAULT, value: 'x' }]), 'is not whole'],
    ['SQL', problem({ detail: 'select id from person failed' }), 'our insides'],
    ['the database’s words', problem({ detail: 'duplicate key violates unique x' }), 'our insides'],
    [
      'the runtime’s words',
      invalid([{ ...FAULT, message: 'Cannot read properties' }]),
      'our insides',
    ],
    [
      'a value that was not there',
      problem({ detail: 'The field undefined is wrong.' }),
      'our insides',
    ],
    ['where we are', { body: JSON.stringify({ id: ID, at: `${projectRoot}/x` }) }, 'tells of'],
    ['our roles', { body: JSON.stringify({ id: ID, role: 'branchline_app' }) }, 'tells of'],
    [
      'a stack',
      { headers: { 'content-type': 'text/plain' }, body: 'no\n    at run (x:1:2)' },
      'a stack',
    ],
    ['JSON that is none', { body: '{' }, 'no JSON'],
    ['bytes that are no UTF-8', { body: Buffer.from([0x22, 0xff, 0x22]) }, 'not UTF-8'],
    ['a body without a type', { headers: { 'content-type': undefined } }, 'without a type'],
    [
      'JSON that calls itself something else',
      { headers: { 'content-type': 'text/plain' } },
      '200 with the type text/plain',
    ],
    ['an answer that is not as described', { body: '{"id":7}' }, 'not as described'],
    ['a status that is not described', { status: 202 }, '202 is not described'],
    [
      'a missing header',
      { headers: { 'x-content-type-options': undefined } },
      'x-content-type-options is there 0 times',
    ],
    [
      'a weak header',
      { headers: { 'x-frame-options': 'ALLOWALL' } },
      'x-frame-options is ALLOWALL',
    ],
    ['a missing request id', { headers: { 'x-request-id': undefined } }, 'x-request-id is missing'],
    ['a mad request id', { headers: { 'x-request-id': '"><' } }, 'x-request-id'],
    ['a cookie', { headers: { 'set-cookie': 'a=b' } }, 'the header set-cookie came'],
    ['a header of the caller’s', { headers: { 'x-injected': '1' } }, 'the header x-injected came'],
  ])('%s', (_name, forged, complaint) => {
    expect(complaintsOf(forged)).toContain(complaint);
  });

  it.each([
    ['markup of the caller', MARKER_ELEMENT, 'shows markup'],
    ['a template of the caller that was computed', MARKER_COMPUTED, 'computes'],
  ])('a page with %s', (_name, marker, complaint) => {
    const headers = { 'content-type': 'text/html; charset=utf-8' };
    const page = { headers, body: `<p>${marker}</p>` };
    expect(complaintsOf(page, request({ operation: 'GET /page' }))).toContain(complaint);
  });

  it('a hang, also of a request that is broken', () => {
    const rest = { answers: [], fault: 'no answer in 15000 ms' };
    expect(complaintsOf({}, request(), rest)).toBe('no answer in 15000 ms');
    expect(complaintsOf({}, request({ broken: true }), rest)).toBe('no answer in 15000 ms');
  });

  it('an answer under another id than the caller’s, if that is sane', () => {
    const sent = (id: string) =>
      request({ bytes: Buffer.from(`GET / HTTP/1.1\r\nX-Request-Id: ${id}\r\n\r\n`) });
    expect(complaintsOf({}, sent('r-2'))).toBe('the request id is not the caller’s');
    expect(complaintsOf({}, sent('r-1'))).toBe('');
    expect(complaintsOf({}, sent('r 2'))).toBe('');
  });

  it('two answers to one request, and none', () => {
    expect(complaintsOf({}, request(), { answers: [answer({}), answer({})] })).toBe('2 answers');
    expect(complaintsOf({}, request(), { answers: [] })).toBe('0 answers');
  });

  it('each of several answers', () => {
    const answers = [answer({}), answer(problem({ status: 500 }))];
    expect(complaintsOf({}, request({ broken: true }), { answers })).toContain('answered 500');
  });
});
