import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ExampleModule } from '../http/example.module.js';
import { type Served, eventually, serve } from '../http/support.js';
import { open, parseAnswers, readAll } from './sockets.js';

let served: Served;
beforeEach(async () => {
  served = await serve(ExampleModule);
});
afterEach(() => served.app.close());

/** Node looks every five seconds for whoever is too slow. */
const SLOW = 15_000;

describe('whoever is slow', () => {
  it('has fifteen seconds for the headers, thirty for the whole, a minute without a move', () => {
    expect(served.app.getHttpServer()).toMatchObject({
      headersTimeout: 15_000,
      requestTimeout: 30_000,
      timeout: 60_000,
      keepAliveTimeout: 65_000,
      maxConnections: 10_000,
    });
  });

  it('with the headers or the body, or says nothing at all, is told so and cut', async () => {
    // The times of production, in small: who looks after them is the same.
    Object.assign(served.app.getHttpServer(), { headersTimeout: 200, requestTimeout: 400 });
    const begun = await Promise.all(
      [
        '',
        'GET /v1/things HTTP/1.1\r\nHost: x\r\nX-A: ',
        'POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
        'POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n',
      ].map(async (bytes) => {
        const socket = await open(served.port);
        socket.write(bytes);
        return readAll(socket);
      }),
    );
    const answers = begun.map(parseAnswers);
    for (const [answer, ...others] of answers) {
      expect(answer).toMatchObject({
        status: 408,
        headers: { 'content-type': 'application/problem+json', connection: 'close' },
      });
      expect(JSON.parse(answer?.body ?? '')).toMatchObject({ code: 'request_timeout' });
      expect(others).toEqual([]);
    }
  });

  it('to read the answer is cut once nothing moves any more', async () => {
    const server = served.app.getHttpServer();
    server.timeout = 300;
    const socket = await open(served.port);
    socket.pause();
    socket.on('error', () => undefined);
    const large = 'GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n';
    // More than the buffers of both sides take.
    socket.write(large.repeat(10));
    const connections = () =>
      new Promise<number>((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
      });
    let left = await connections();
    expect(left).toBe(1);
    await eventually(() => {
      void connections().then((count) => {
        left = count;
      });
      return left === 0;
    }, SLOW);
    socket.destroy();
  });
});
