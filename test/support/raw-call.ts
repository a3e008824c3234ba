import { Agent, request } from 'node:http';
import { expect } from 'vitest';

/** A request as it goes over the wire: the path unchanged, headers as given, the body as bytes. */
export interface RawCall {
  method?: string;
  /** With its query; nothing in it is put right. */
  path: string;
  headers?: Readonly<Record<string, string | string[]>>;
  body?: string | Buffer;
}

export interface RawAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  text: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 4 });

/** Sends a request without the help of a client that would mend it. */
export function rawCall(base: string, call: RawCall): Promise<RawAnswer> {
  const { method = 'GET', path, headers = {}, body } = call;
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const sent = request(
      { hostname, port, method, path, agent, headers: { ...length, ...headers } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

interface ProblemOnTheWire {
  code: string;
  detail: string;
  errors?: { path: string; code: string; message: string }[];
}

/** What a problem must never tell: our code, our statements, the runtime's words. */
const INSIDES =
  /\bat .+:\d+:\d+|node_modules|\b(?:select|insert|update) .+\b(?:from|into|set)\b|undefined|\[object|Cannot read|TypeError|relation "/i;

/** Checks that an answer is a problem document as the contract wants it, for the caller's fault. */
export function expectProblem(answer: RawAnswer, about: string): ProblemOnTheWire {
  const what = `${about} → ${answer.status} ${answer.text.slice(0, 500)}`;
  expect(answer.status, what).toBeGreaterThanOrEqual(400);
  expect(answer.status, what).toBeLessThan(500);
  expect(answer.headers['content-type'], what).toBe('application/problem+json');
  const problem = JSON.parse(answer.text) as ProblemOnTheWire & Record<string, unknown>;
  expect(problem, what).toMatchObject({
    type: expect.stringMatching(/^urn:branchline:problem:[a-z_0-9]+$/),
    title: expect.stringMatching(/\S{3}/),
    status: answer.status,
    detail: expect.stringMatching(/\S+ \S+/),
    code: expect.stringMatching(/^[a-z][a-z0-9_]*$/),
    requestId: answer.headers['x-request-id'],
  });
  expect(problem['requestId'], what).toMatch(/^[A-Za-z0-9._~+/=:-]{1,128}$/);
  expect(`${problem.detail} ${String(problem['title'])}`, what).not.toMatch(INSIDES);
  if (answer.status === 422) {
    expect(problem.errors?.length, what).toBeGreaterThan(0);
    for (const fault of problem.errors ?? []) {
      expect(fault, what).toEqual({
        path: expect.any(String),
        code: expect.stringMatching(/^[a-z][a-z0-9_]*$/),
        message: expect.stringMatching(/\S+ \S+/),
      });
    }
  }
  return problem;
}
