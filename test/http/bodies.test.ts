import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import request, { type Response } from 'supertest';
import { WireClient } from '../fuzz/wire.js';
import { ExampleModule } from './example.module.js';
import { type Served, serve } from './support.js';

let served: Served;
beforeAll(async () => {
  served = await serve(ExampleModule, { BODY_LIMIT_BYTES: '4096' });
});
afterAll(() => served.app.close());

interface Problem {
  readonly code: string;
  readonly errors: { path: string; code: string; message: string }[];
}
const problemOf = (answer: Response): Problem => JSON.parse(answer.text) as Problem;
const FORM = 'application/x-www-form-urlencoded';

async function send(type: string | undefined, body: string | Buffer, path = '/v1/sign-ups') {
  const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
  const answer = await fetch(served.url + path, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? Buffer.from(body) : body,
  });
  const text = await answer.text();
  return { status: answer.status, problem: JSON.parse(text) as Problem & Record<string, unknown> };
}

const good = { givenName: 'Sam', consent: { privacyNotice: '2026-11' } };

describe('JSON', () => {
  it.each([
    ['bad JSON', '{"givenName":', 'not_parseable'],
    ['an empty body', '', 'not_parseable'],
    ['blanks', '  \n', 'not_parseable'],
    ['invalid UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), 'invalid_utf8'],
    ['deep nesting', '['.repeat(2000) + ']'.repeat(2000), 'nested_too_deeply'],
    ['deep nesting that never ends', '{"a":'.repeat(500), 'nested_too_deeply'],
    ['__proto__', '{"__proto__":{"admin":true}}', 'forbidden_name'],
    ['a nested __proto__', '{"consent":{"__proto__":{}}}', 'forbidden_name'],
    ['constructor.prototype', '{"constructor":{"prototype":{}}}', 'forbidden_name'],
  ])('answers 400 for %s', async (_what, body, code) => {
    const { status, problem } = await send('application/json', body);
    expect([status, problem.code]).toEqual([400, code]);
  });

  it.each(['null', '[]', '"text"', '17', 'true'])(
    'answers 422 for %s in place of an object',
    async (body) => {
      const { status, problem } = await send('application/json', body);
      expect(status).toBe(422);
      expect(problem.errors).toEqual([
        expect.objectContaining({
          path: '',
          code: 'invalid_type',
          message: 'This must be an object of named fields.',
        }),
      ]);
    },
  );

  it('answers 422 where there is no body at all', async () => {
    const answer = await request(served.url).post('/v1/sign-ups');
    expect(answer.status).toBe(422);
    expect(problemOf(answer).errors).toEqual([
      { path: '', code: 'required', message: 'Please send a JSON object.' },
    ]);
  });

  it('names all faults at once, in words for the person who has to put them right', async () => {
    const { status, problem } = await send(
      'application/json',
      JSON.stringify({
        email: 'sam',
        dateOfBirth: '1990-02-30',
        country: 'QQ',
        message: 'a\u0000b',
        interests: ['fine', 'x'.repeat(21), 7],
        consent: { email: 'on', fax: true },
        constructor: 1,
        favourite: 1,
        tip: 1,
      }),
    );
    expect(status).toBe(422);
    expect(new Map(problem.errors.map(({ path, code }) => [path, code]))).toEqual(
      new Map([
        ['givenName', 'required'],
        ['email', 'invalid_email'],
        ['dateOfBirth', 'invalid_format'],
        ['country', 'unknown_country'],
        ['message', 'invalid_characters'],
        ['interests.1', 'too_big'],
        ['interests.2', 'invalid_type'],
        ['consent.privacyNotice', 'required'],
        ['consent.email', 'invalid_type'],
        ['consent.fax', 'unknown_field'],
        ['constructor', 'unknown_field'],
        ['favourite', 'unknown_field'],
        ['tip', 'unknown_field'],
      ]),
    );
    const words = problem.errors.map(({ message }) => message);
    expect(words).toContain('Please tell us your first name.');
    expect(words).toContain('An email address must contain an @, such as name@example.org.');
    expect(words).toContain('This must be true or false.');
    expect(words.join(' ')).not.toMatch(/Invalid input|expected|received/);
  });

  it('answers no more than a hundred faults', async () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`f${index}`, 1]));
    const { problem } = await send('application/json', JSON.stringify({ ...good, ...many }));
    expect(problem.errors).toHaveLength(100);
  });

  it('takes a byte order mark and UTF-8 by name', async () => {
    const body = JSON.stringify(good);
    expect((await send('application/json', `\ufeff${body}`)).status).toBe(201);
    expect((await send('application/json; charset="UTF-8"', body)).status).toBe(201);
    expect((await send('application/json;charset=utf8', body)).status).toBe(201);
  });
});

describe('other kinds of body', () => {
  it.each([
    'text/plain',
    'text/plain; charset=utf-8',
    'application/xml',
    'application/vnd.api+json',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    `${FORM}; charset=iso-8859-1`,
    'rubbish',
  ])('answers 415 for %s', async (type) => {
    const { status, problem } = await send(type, 'a=b');
    expect([status, problem.code]).toEqual([415, 'unsupported_media_type']);
  });

  it.each(['gzip', 'br', 'deflate, gzip', 'identity, gzip'])(
    'answers 415 for a body in the encoding %s, and names it',
    async (encoding) => {
      for (const [type, path] of [
        ['application/json', '/v1/sign-ups'],
        [FORM, '/v1/sign-ups'],
        ['application/json', '/v1/webhook'],
      ] as const) {
        const answer = await fetch(served.url + path, {
          method: 'POST',
          headers: { 'content-type': type, 'content-encoding': encoding },
          body: gzipSync(JSON.stringify(good)),
        });
        expect(answer.status).toBe(415);
        expect(answer.headers.get('accept-encoding')).toBe('identity');
        expect(await answer.json()).toMatchObject({
          code: 'unsupported_media_type',
          detail: expect.stringContaining(`“${encoding}”`),
        });
      }
    },
  );

  it.each(['', 'identity', 'Identity'])('takes a body in the encoding “%s”', async (encoding) => {
    const answer = await request(served.url)
      .post('/v1/sign-ups')
      .set('Content-Encoding', encoding)
      .send(good);
    expect(answer.status).toBe(201);
  });

  it('answers 415 for a body without a type, and for an empty text/plain', async () => {
    const answer = await raw(
      'POST /v1/sign-ups HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}',
    );
    expect(answer).toMatch(/^HTTP\/1.1 415 /);
    const empty = await raw(
      'POST /v1/sign-ups HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n',
    );
    expect(empty).toMatch(/^HTTP\/1.1 415 /);
  });

  it('answers 413 for a body over the limit, by length and by chunks', async () => {
    const { status, problem } = await send('application/json', `"${'x'.repeat(5000)}"`);
    expect([status, problem.code]).toEqual([413, 'too_large']);
    const chunk = `1000\r\n${'x'.repeat(4096)}\r\n`;
    const chunked = await raw(
      'POST /v1/sign-ups HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
        `Transfer-Encoding: chunked\r\n\r\n${chunk}${chunk}`,
    );
    expect(chunked).toMatch(/^HTTP\/1.1 413 /);
    expect(chunked).toContain('application/problem+json');
  });
});

describe('form posts', () => {
  it('makes objects of dotted names and lists of repeated ones, and drops blanks', async () => {
    const { problem } = await send(
      FORM,
      'givenName=J%C3%BCrgen+M&interests=a&interests=b&consent.email=on&x.y.z=1&blank=+&none=&=1&&odd=100%',
      '/v1/echo',
    );
    expect(problem).toEqual({
      form: true,
      body: {
        givenName: 'Jürgen M',
        interests: ['a', 'b'],
        consent: { email: 'on' },
        x: { y: { z: '1' } },
        odd: '100%',
      },
    });
  });

  it('never reaches a prototype', async () => {
    const { problem } = await send(
      FORM,
      '__proto__.admin=1&constructor.prototype.admin=1&a.__proto__.b=1&prototype=1&toString=x&a=1&a.b=2&a=3',
      '/v1/echo',
    );
    expect(problem['body']).toEqual({ toString: 'x', a: { b: '2' } });
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it('ignores unknown names, reads ticks as true and anything else as false', async () => {
    const answer = await request(served.url)
      .post('/v1/sign-ups')
      .type('form')
      .send(
        'givenName=Sam&consent.privacyNotice=2026-11&consent.email=yes&consent.sms=no&interests=one' +
          '&_wpnonce=1&consent.fax=1&submit=Send&email=',
      );
    expect(answer.status).toBe(201);
    expect(JSON.parse(answer.text)).toMatchObject({
      consent: { privacyNotice: '2026-11', email: true, sms: false },
    });
    const hiddenThenTicked = await request(served.url)
      .post('/v1/sign-ups')
      .type('form')
      .send('givenName=Sam&consent.privacyNotice=1&consent.email=0&consent.email=on');
    expect(JSON.parse(hiddenThenTicked.text)).toMatchObject({ consent: { email: true } });
  });

  it('still names what is missing or wrong', async () => {
    const { status, problem } = await send(
      FORM,
      'email=sam&consent.email=on&extra=1&givenName=a&givenName=b',
    );
    expect(status).toBe(422);
    expect(problem.errors.map(({ path }) => path).sort()).toEqual([
      'consent.privacyNotice',
      'email',
      'givenName',
    ]);
  });

  it.each([
    ['invalid UTF-8 behind percent signs', 'givenName=%ff%fe', 'invalid_utf8'],
    ['raw invalid UTF-8', Buffer.from([0x61, 0x3d, 0xff]), 'invalid_utf8'],
    [
      'too many fields',
      Array.from({ length: 201 }, (_, i) => `a${i}=1`).join('&'),
      'too_many_fields',
    ],
  ])('answers 400 for %s', async (_what, body, code) => {
    const { status, problem } = await send(FORM, body);
    expect([status, problem.code]).toEqual([400, code]);
  });
});

describe('signed bodies', () => {
  it('reach their handler byte by byte', async () => {
    for (const type of ['application/json', FORM]) {
      const { problem } = await send(type, Buffer.from('{ "a":1.0,\xff', 'latin1'), '/v1/webhook');
      expect(problem['hex']).toBe(Buffer.from('{ "a":1.0,\xff', 'latin1').toString('hex'));
    }
  });
});

describe('what is hardly HTTP', () => {
  it.each([
    ['a broken request line', 'RUBBISH\r\n\r\n', 400],
    ['an unknown method', 'FETCH / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['no Host', 'GET /v1/things HTTP/1.1\r\n\r\n', 400],
    [
      'headers that are too large',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(17_000)}\r\n\r\n`,
      431,
    ],
    [
      'a length that is no number',
      'POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n',
      400,
    ],
    [
      'broken chunks',
      'POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n',
      400,
    ],
    ['a method that nothing takes', 'PROPFIND /v1/things HTTP/1.1\r\nHost: x\r\n\r\n', 405],
    ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n', 404],
  ])('answers a problem document for %s', async (_what, bytes, status) => {
    const answer = await raw(bytes);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head.toLowerCase()).toContain('content-type: application/problem+json');
    expect(head.toLowerCase()).toContain('x-content-type-options: nosniff');
    const problem = JSON.parse(body) as { status: number; requestId: string };
    expect(problem.status).toBe(status);
    expect(head.toLowerCase()).toContain(`x-request-id: ${problem.requestId}`);
  });
});

describe('requests that follow one another without waiting', () => {
  it('get whole answers each, also where they ask whether they may go on', async () => {
    const one = 'GET /v1/nowhere HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n';
    const client = new WireClient(served.port);
    const { answers, fault } = await client.send({
      index: 0,
      operation: 'GET /v1/nowhere',
      mutations: [],
      method: 'GET',
      bytes: Buffer.from(one.repeat(2)),
      broken: true,
      twice: false,
    });
    expect(fault).toBeUndefined();
    expect(answers.map(({ body }) => (JSON.parse(body.toString()) as Problem).code)).toEqual([
      'not_found',
      'not_found',
    ]);
  });

  it('are told to go on when they wait for it', async () => {
    const answer = await raw('GET /v1/things HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  });
});

/** Sends bytes as they are and collects the answer until it is whole or the server hangs up. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(served.port, '127.0.0.1', () => socket.write(bytes));
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      answer += chunk;
      const length = /content-length: (\d+)/i.exec(answer)?.[1];
      const start = answer.indexOf('\r\n\r\n') + 4;
      if (length !== undefined && start > 3 && Buffer.byteLength(answer.slice(start)) >= +length) {
        socket.destroy();
      }
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}
