import type { Operation } from './api-description.js';

/** A body before it is sent. */
export interface DraftBody {
  /** What the content type will say; undefined: nothing. */
  type: string | undefined;
  bytes: Buffer;
}

/** A request in the making. Texts are bytes in Latin-1: one character, one byte. */
export interface Draft {
  readonly operation: Operation;
  method: string;
  path: string;
  /** Encoded pairs, `name=value`. */
  query: string[];
  headers: [name: string, value: string][];
  body: DraftBody | undefined;
  /** What was done to it, for people. */
  readonly mutations: string[];
}

/** A request as it goes over the wire. */
export interface FuzzRequest {
  /** -1: not drawn, but sent by the harness for its own ends. */
  readonly index: number;
  /** `POST /v1/join`. */
  readonly operation: string;
  readonly mutations: readonly string[];
  readonly method: string;
  readonly bytes: Buffer;
  /**
   * No longer one well-formed request: anything may be answered, several times or not at all, and
   * the connection is of no further use.
   */
  readonly broken: boolean;
  /** Sent a second time at the same moment over another connection. */
  readonly twice: boolean;
}

/** Head and body of a draft whose content length is what it says. */
export function bytesOf(draft: Draft): { head: string; body: Buffer } {
  const { method, path, query, headers, body } = draft;
  const target = query.length === 0 ? path : `${path}?${query.join('&')}`;
  const all = [...headers];
  if (body !== undefined) {
    if (body.type !== undefined) all.push(['Content-Type', body.type]);
    all.push(['Content-Length', String(body.bytes.length)]);
  }
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...all.map(([name, value]) => `${name}: ${value}`),
  ];
  return { head: `${lines.join('\r\n')}\r\n\r\n`, body: body?.bytes ?? Buffer.alloc(0) };
}
