import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExampleModule } from '../http/example.module.js';
import { type Served, serve } from '../http/support.js';
import { exchange } from './sockets.js';

let served: Served;
beforeAll(async () => {
  served = await serve(ExampleModule, { BODY_LIMIT_BYTES: '4096' });
});
afterAll(() => served.app.close());

const FORM = 'Content-Type: application/x-www-form-urlencoded\r\n';
/** What an attacker would like to be taken for a request of its own. */
const HIDDEN = 'GET /v1/things?limit=7 HTTP/1.1\r\nHost: x\r\n\r\n';
/** A request after which the server hangs up. */
const LAST = 'GET /v1/things?limit=3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

const post = (headers: string, body = '') => `POST /v1/echo HTTP/1.1\r\n${headers}\r\n${body}`;
const get = (headers: string, target = '/v1/things', version = '1.1') =>
  `GET ${target} HTTP/${version}\r\n${headers}\r\n`;
const chunked = (body: string, more = '') =>
  post(`Host: x\r\n${FORM}Transfer-Encoding: chunked\r\n${more}`, body);

describe('a message whose end two readers could see in different places', () => {
  it.each([
    [
      'Content-Length and Transfer-Encoding',
      post(`Host: x\r\n${FORM}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n`, '0\r\n\r\n'),
    ],
    [
      'Transfer-Encoding and Content-Length',
      post(`Host: x\r\n${FORM}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n`, '0\r\n\r\n'),
    ],
    ['two lengths', post(`Host: x\r\n${FORM}Content-Length: 3\r\nContent-Length: 4\r\n`, 'a=bc')],
    ['one length twice', post(`Host: x\r\n${FORM}Content-Length: 3\r\nContent-Length: 3\r\n`)],
    ['a list of lengths', post(`Host: x\r\n${FORM}Content-Length: 3, 3\r\n`, 'a=b')],
    ['a length with a sign', post(`Host: x\r\n${FORM}Content-Length: +3\r\n`, 'a=b')],
    ['a length in hexadecimal', post(`Host: x\r\n${FORM}Content-Length: 0x3\r\n`, 'a=b')],
    [
      'a length of the length of a planet',
      post(`Host: x\r\nContent-Length: ${'9'.repeat(30)}\r\n`),
    ],
    ['a folded header', get('Host: x\r\nX-A: b\r\n c\r\n')],
    ['a folded transfer coding', post(`Host: x\r\n${FORM}Transfer-Encoding:\r\n chunked\r\n`)],
    ['a header that begins with a blank', get(' Host: x\r\n')],
    ['a blank before the colon', post(`Host: x\r\n${FORM}Content-Length : 3\r\n`, 'a=b')],
    ['a bare LF after the request line', 'GET /v1/things HTTP/1.1\nHost: x\r\n\r\n'],
    ['a bare LF after a header', get('Host: x\nX-A: b\r\n')],
    ['a bare CR in a header', get('Host: x\rX-A: b\r\n')],
    ['a NUL in a header', get('Host: x\r\nX-A: a\0b\r\n')],
    ['a header without a colon', get('Host: x\r\nContent-Length\r\n')],
    ['an unknown transfer coding', chunked('').replace('chunked', 'xchunked')],
    ['chunks before another coding', chunked('').replace('chunked', 'chunked, identity')],
    ['chunks after another coding', chunked('0\r\n\r\n').replace('chunked', 'identity, chunked')],
    ['two transfer codings', chunked('0\r\n\r\n', 'Transfer-Encoding: gzip\r\n')],
    ['chunked twice', chunked('0\r\n\r\n', 'Transfer-Encoding: chunked\r\n')],
    [
      'chunks in HTTP/1.0',
      chunked('3\r\na=b\r\n0\r\n\r\n', 'Connection: keep-alive\r\n').replace('1.1', '1.0'),
    ],
    ['a chunk whose length is 0x3', chunked('0x3\r\na=b\r\n0\r\n\r\n')],
    ['a chunk longer than a number may be', chunked('fffffffffffffffff3\r\na=b\r\n0\r\n\r\n')],
    ['a chunk that goes on after its end', chunked('3\r\na=bc\r\n0\r\n\r\n')],
    ['chunks with bare LFs', chunked('3\na=b\n0\n\n')],
    ['a chunk extension that ends with a bare LF', chunked('3;a\na=b\r\n0\r\n\r\n')],
    ['chunk extensions without end', chunked(`3;${'a'.repeat(20_000)}\r\na=b\r\n0\r\n\r\n`)],
    ['no version', 'GET /v1/things\r\n\r\n'],
    ['a version that is not spoken', get('Host: x\r\n', '/v1/things', '2.0')],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['no host', get('')],
    ['two hosts', get('Host: x\r\nHost: y\r\n')],
    ['one host twice', get('Host: x\r\nhost: x\r\n')],
    ['a host with a path', get('Host: x/y\r\n')],
    ['a host with a user', get('Host: a@x\r\n')],
    ['a host with a blank', get('Host: x y\r\n')],
  ])('is refused, and nothing after it is heard: %s', async (_what, bytes) => {
    const [refusal, ...others] = await exchange(served.port, bytes + HIDDEN + LAST);
    expect(refusal).toMatchObject({
      status: 400,
      headers: { 'content-type': 'application/problem+json', connection: 'close' },
    });
    expect(JSON.parse(refusal?.body ?? '')).toMatchObject({ code: 'not_parseable' });
    expect(others).toEqual([]);
  });

  it('is too large where its headers are, and nothing after it is heard', async () => {
    const answers = await exchange(
      served.port,
      get(`Host: x\r\nX-A: ${'a'.repeat(17_000)}\r\n`) + LAST,
    );
    expect(answers.map(({ status }) => status)).toEqual([431]);
  });
});

describe('a body that nobody reads', () => {
  const length = `Content-Length: ${HIDDEN.length}\r\n`;

  it.each([
    ['a path that is not there', `POST /none HTTP/1.1\r\nHost: x\r\n${FORM}${length}\r\n`, 404],
    ['a method that is not taken', `POST /v1/things HTTP/1.1\r\nHost: x\r\n${length}\r\n`, 405],
    ['a GET', `GET /v1/things HTTP/1.1\r\nHost: x\r\n${length}\r\n`, 200],
    ['OPTIONS', `OPTIONS /v1/things HTTP/1.1\r\nHost: x\r\n${length}\r\n`, 204],
    ['a type that is not taken', post(`Host: x\r\nContent-Type: text/plain\r\n${length}`), 415],
    [
      'a request to be upgraded',
      `GET /v1/things HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n${length}\r\n`,
      200,
    ],
  ])('is not taken for the next request: %s', async (_what, head, status) => {
    const answers = await exchange(served.port, head + HIDDEN + LAST);
    expect(answers[0]?.status).toBe(status);
    // Whatever follows is the last request, or nothing where the connection was given up.
    const bodies = answers.slice(1).map(({ body }) => body);
    expect(bodies.every((body) => body.includes(String.raw`{\"limit\":3}`))).toBe(true);
    expect(bodies.length).toBeLessThanOrEqual(1);
  });

  it('because it is too large ends the connection', async () => {
    const head = post(`Host: x\r\n${FORM}Content-Length: 5000\r\n`);
    const [refusal, ...others] = await exchange(served.port, head + HIDDEN.repeat(200));
    expect(refusal).toMatchObject({ status: 413, headers: { connection: 'close' } });
    expect(others).toEqual([]);
  });
});

describe('what is clear', () => {
  it('is heard in its order: requests one after another over one connection', async () => {
    const body = 'a=b';
    const answers = await exchange(
      served.port,
      post(`Host: x\r\n${FORM}Content-Length: ${body.length}\r\n`, body) +
        chunked('1;name=value\r\na\r\n2\r\n=c\r\n0\r\n\r\n') +
        LAST,
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.map((answer) => answer.body).join()).toMatch(/"a":"b".*"a":"c".*limit.*3/);
  });

  it('lets no trailer become a header', async () => {
    const trailers = 'X-Request-Id: from-the-trailer\r\nHost: y\r\n';
    const answers = await exchange(served.port, chunked(`3\r\na=b\r\n0\r\n${trailers}\r\n`) + LAST);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(JSON.stringify(answers)).not.toContain('from-the-trailer');
  });

  it('goes by the path of an address that is given in full, whatever host stands there', async () => {
    const target = 'http://elsewhere.example/v1/things?limit=3';
    const [answer] = await exchange(served.port, get('Host: x\r\nConnection: close\r\n', target));
    expect(answer?.status).toBe(200);
    expect(JSON.stringify(answer)).not.toContain('elsewhere');
  });

  it('expects what it likes: the answer is ours all the same', async () => {
    const bytes = post(`Host: x\r\n${FORM}Content-Length: 3\r\nExpect: wonders\r\n`, 'a=b') + LAST;
    const [answer] = await exchange(served.port, bytes);
    expect(answer).toMatchObject({ status: 200, headers: { 'x-content-type-options': 'nosniff' } });
  });

  it('opens no tunnel', async () => {
    const bytes = 'CONNECT elsewhere.example:80 HTTP/1.1\r\nHost: elsewhere.example:80\r\n\r\n';
    expect(await exchange(served.port, bytes + HIDDEN)).toEqual([]);
  });

  it('does not echo by TRACE what a page may not read', async () => {
    const bytes =
      'TRACE /v1/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\nConnection: close\r\n\r\n';
    const [answer] = await exchange(served.port, bytes);
    expect(answer?.status).toBe(405);
    expect(JSON.stringify(answer)).not.toContain('secret');
  });

  it('cannot change its method by a header', async () => {
    const id = '018f0000-0000-7000-8000-000000000000';
    const bytes = get(
      'Host: x\r\nX-HTTP-Method-Override: DELETE\r\nConnection: close\r\n',
      `/v1/things/${id}?_method=DELETE`,
    );
    const [answer] = await exchange(served.port, bytes);
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ id });
  });
});
