import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import request from 'supertest';
import { ExampleModule } from './example.module.js';
import { type Served, serve } from './support.js';

type Node = Record<string, never> & { [key: string]: Node };

let served: Served;
let document: Node;
beforeAll(async () => {
  served = await serve(ExampleModule);
  const answer = await request(served.url).get('/openapi.json');
  expect(answer.status).toBe(200);
  document = JSON.parse(answer.text) as Node;
});
afterAll(() => served.app.close());

describe('the OpenAPI document', () => {
  it('is version 3.1, with the bearer scheme', () => {
    expect(document['openapi']).toBe('3.1.0');
    expect(document['components']?.['securitySchemes']?.['bearer']).toMatchObject({
      type: 'http',
      scheme: 'bearer',
    });
  });

  it('describes bodies and answers by named components', () => {
    const operation = document['paths']?.['/v1/sign-ups']?.['post'];
    expect(operation?.['requestBody']?.['content']?.['application/json']?.['schema']).toEqual({
      $ref: '#/components/schemas/SignUpInput',
    });
    const created = operation?.['responses']?.['201'];
    expect(created?.['content']?.['application/json']?.['schema']).toEqual({
      $ref: '#/components/schemas/SignedUp',
    });
    expect(operation?.['responses']?.['default']).toEqual({
      $ref: '#/components/responses/Problem',
    });
    const input = document['components']?.['schemas']?.['SignUpInput'];
    expect(input).toMatchObject({
      additionalProperties: false,
      required: ['givenName', 'consent'],
    });
  });

  it('spreads a query into its parameters', () => {
    const parameters = document['paths']?.['/v1/things']?.['get']?.['parameters'];
    expect(parameters).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'limit', in: 'query', required: false }),
        expect.objectContaining({ name: 'colour', in: 'query' }),
      ]),
    );
    const path = document['paths']?.['/v1/things/{id}']?.['get']?.['parameters'];
    expect(path).toEqual([expect.objectContaining({ name: 'id', in: 'path', required: true })]);
  });

  it('holds schemas that a validator can use, and no reference into nothing', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const schemas = document['components']?.['schemas'] ?? {};
    expect(Object.keys(schemas)).toEqual(
      expect.arrayContaining(['Problem', 'SignUpInput', 'SignedUp', 'Thing', 'Health']),
    );
    for (const [, name] of JSON.stringify(document).matchAll(
      /"#\/components\/schemas\/([^"]+)"/g,
    )) {
      expect(schemas).toHaveProperty(String(name));
    }
    ajv.addSchema({ $id: 'document', ...document });
    const check = ajv.compile({ $ref: 'document#/components/schemas/Problem' });
    expect(check({ type: 'a', title: 'b', status: 404, code: 'c', requestId: 'd' })).toBe(true);
    expect(check({ status: 'no' })).toBe(false);
  });

  it('can be read as a page whose policy lets its own scripts run', async () => {
    const page = await request(served.url).get('/docs').redirects(1);
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    expect(page.text).not.toMatch(/<script>(?!\s*<)/);
    for (const [, source] of page.text.matchAll(/(?:src|href)="(\.[^"]+)"/g)) {
      const asset = await request(served.url).get(
        new URL(String(source), 'http://x/docs').pathname,
      );
      expect([source, asset.status]).toEqual([source, 200]);
    }
  });
});
