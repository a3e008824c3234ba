import { describe, expect, it } from 'vitest';
import { describedApi } from './api-description.js';
import type { FuzzRequest } from './draft.js';
import { RequestDrawer } from './draw-request.js';
import { ValuePool } from './value-pool.js';

const DRAWN = 4000;
const text = { type: 'string', minLength: 1, maxLength: 100 };

const api = describedApi({
  openapi: '3.1.0',
  paths: {
    '/v1/join': {
      post: {
        parameters: [
          { name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string' } },
        ],
        requestBody: {
          content: {
            'application/json': { schema: { $ref: '#/components/schemas/Join' } },
            'application/x-www-form-urlencoded': { schema: { $ref: '#/components/schemas/Join' } },
          },
        },
        responses: { 201: {} },
      },
    },
    '/v1/admin/people/{id}': {
      get: {
        parameters: [
          { name: 'id', in: 'path', required: true, schema: text },
          { name: 'cursor', in: 'query', required: false, schema: text },
          {
            name: 'limit',
            in: 'query',
            required: false,
            schema: { type: 'integer', minimum: 1, maximum: 9 },
          },
        ],
        responses: { 200: {} },
        security: [{ bearer: [] }],
      },
    },
    '/v1/admin/sessions/current': {
      delete: { responses: { 204: {} }, security: [{ bearer: [] }] },
    },
  },
  components: {
    schemas: {
      Join: {
        type: 'object',
        properties: {
          givenName: text,
          consent: {
            type: 'object',
            properties: { email: { type: 'boolean' } },
            required: ['email'],
          },
          interests: { type: 'array', items: text },
        },
        required: ['givenName', 'consent'],
      },
    },
  },
});

function pool(): ValuePool {
  const values = new ValuePool('a secret for tests only, 32 characters');
  values.add('session', 'bls_main');
  values.add('spare session', 'bls_spare');
  values.add('people.id', '01a207f5-9a43-7411-9dc1-4936353e2a15');
  return values;
}

const drawn = (seed: number, values = pool()): FuzzRequest[] => {
  const drawer = new RequestDrawer(api, values, seed);
  return Array.from({ length: DRAWN }, (_, index) => drawer.draw(index));
};
const textOf = ({ bytes }: FuzzRequest): string => bytes.toString('latin1');

describe('drawing requests', () => {
  const requests = drawn(1);

  it('brings back the same requests with the same seed, and others with another', () => {
    expect(drawn(1).map(textOf)).toEqual(requests.map(textOf));
    const same = drawn(2).filter(
      (request, index) => textOf(request) === textOf(requests[index] as FuzzRequest),
    );
    expect(same.length).toBeLessThan(DRAWN / 100);
  });

  it('draws one alone as it drew it among others', () => {
    const alone = new RequestDrawer(api, pool(), 1).draw(1234);
    expect(textOf(alone)).toBe(textOf(requests[1234] as FuzzRequest));
  });

  it('draws the same whatever has been seen, but for the values that were seen', () => {
    const more = pool();
    more.add('people.id', '01a207f5-0000-7000-8000-000000000001');
    more.add('etag', '"7"');
    expect(drawn(1, more).map(({ mutations, operation }) => [operation, mutations])).toEqual(
      requests.map(({ mutations, operation }) => [operation, mutations]),
    );
  });

  it('leaves a good part of the requests as they should be', () => {
    const untouched = requests.filter(({ mutations }) => mutations.length === 0);
    expect(untouched.length).toBeGreaterThan(DRAWN / 5);
  });

  it('makes every kind of change', () => {
    const kinds = new Set(
      requests.flatMap(({ mutations }) => mutations.map((done) => done.split(':')[0])),
    );
    expect(kinds).toEqual(
      new Set(['body', 'framing', 'headers', 'method', 'path', 'query', 'value']),
    );
    const done = new Set(requests.flatMap(({ mutations }) => mutations));
    expect(done.size).toBeGreaterThan(90);
  });

  it('fills the places of a path with what has been seen', () => {
    const people = requests.filter(
      ({ operation, mutations }) => operation.includes('people') && mutations.length === 0,
    );
    expect(people.length).toBeGreaterThan(50);
    for (const request of people) {
      expect(textOf(request)).toContain('/v1/admin/people/01a207f5-9a43-7411-9dc1-4936353e2a15');
    }
  });

  it('signs out nobody whom others are signed in as', () => {
    const leaving = requests.filter((request) => textOf(request).includes('sessions/current'));
    expect(leaving.length).toBeGreaterThan(20);
    expect(leaving.filter((request) => textOf(request).includes('bls_main'))).toEqual([]);
  });

  it('says the length of each body that is not broken', () => {
    for (const request of requests) {
      if (request.broken || request.mutations.some((done) => done.includes('headers'))) continue;
      const [head = ''] = textOf(request).split('\r\n\r\n');
      const length = Number(/\r\nContent-Length: (\d+)/.exec(head)?.[1] ?? 0);
      expect(request.bytes.length - head.length - 4, head).toBe(length);
    }
  });

  it('draws nothing but GET and HEAD where it shall only read', () => {
    const drawer = new RequestDrawer(api, pool(), 1, 'reading');
    const methods = new Set(
      Array.from({ length: 300 }, (_, index) => textOf(drawer.draw(index)).split(' ')[0]),
    );
    expect(methods).toEqual(new Set(['GET', 'HEAD']));
  });
});
