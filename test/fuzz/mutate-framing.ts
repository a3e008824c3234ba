import type { Choices } from './choices.js';

/** A request as bytes whose framing can be broken. */
export interface Framed {
  readonly head: string;
  readonly body: Buffer;
}

/**
 * Breaks the request as HTTP: length, chunks, request line, header lines, or where it ends. What
 * comes of it may be no request, or two.
 *
 * @returns the bytes, and what was done in a word.
 */
export function breakFraming(
  { head, body }: Framed,
  choices: Choices,
): { bytes: Buffer; done: string } {
  const done = choices.weighted(
    (Object.keys(BREAKAGES) as (keyof typeof BREAKAGES)[]).map((name) => [1, name] as const),
  );
  const bytes = BREAKAGES[done]({ head, body }, choices);
  return { bytes, done: `framing: ${done}` };
}

const whole = (head: string, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(head, 'latin1'), body]);

/** Another line in place of the content length, or behind the others. */
function withLength(head: string, line: string): string {
  const plain = head.replace(/Content-Length: \d+\r\n/, '');
  return `${plain.slice(0, -2)}${line}\r\n\r\n`;
}

const chunk = (body: Buffer): string =>
  `${body.length.toString(16)}\r\n${body.toString('latin1')}\r\n`;

const LENGTHS = [
  '-1',
  '+5',
  'abc',
  '',
  '1, 2',
  '0x10',
  '99999999999999999999',
  '1e3',
  ' 5 5',
  '5;',
  '\u0661',
  '1\r\nContent-Length: 2',
  '5\r\nTransfer-Encoding: chunked',
  '4294967297',
  '000000000000000005',
];

const LINES = [
  'GET',
  'GET /',
  'GET / HTTP/9.9',
  'GET / HTTP/1.1 x',
  'GET  / HTTP/1.1',
  ' GET / HTTP/1.1',
  'GET / HTTP/1.0',
  'GET http://evil.example/v1/branches HTTP/1.1',
  'GET //evil.example/v1/branches HTTP/1.1',
  'GET /v1/branches?a b HTTP/1.1',
  'CONNECT evil.example:443 HTTP/1.1',
  'OPTIONS * HTTP/1.1',
  'PRI * HTTP/2.0',
  'TRACE / HTTP/1.1',
  `GET /${'a'.repeat(17_000)} HTTP/1.1`,
  `${'A'.repeat(9000)} / HTTP/1.1`,
  'GET /\u0000 HTTP/1.1',
  'GET /\u00ff\u00fe HTTP/1.1',
  '',
  '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
];

const HEADER_LINES = [
  'X: a\u0000b',
  'X : a',
  ' X: folded',
  'X',
  ': nameless',
  'X\u0000: a',
  'X: a\nX-Injected: 1',
  'X: a\rX-Injected: 1',
  '\u00e9: a',
  'Host: other',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
  'transfer-encoding:\tchunked',
  'Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA',
];

const BREAKAGES = {
  'length too great': ({ head, body }: Framed, choices: Choices): Buffer =>
    whole(
      withLength(head, `Content-Length: ${body.length + choices.pick([1, 100, 100_000])}`),
      body,
    ),
  'length too small': ({ head, body }: Framed): Buffer =>
    whole(withLength(head, `Content-Length: ${Math.max(0, body.length - 1)}`), body),
  'length of nonsense': ({ head, body }: Framed, choices: Choices): Buffer =>
    whole(withLength(head, `Content-Length: ${choices.pick(LENGTHS)}`), body),
  chunks: ({ head, body }: Framed, choices: Choices): Buffer => {
    const at = choices.between(0, body.length);
    const first = body.subarray(0, at);
    const parts = [first, body.subarray(at)].filter(({ length }) => length > 0).map(chunk);
    const trailer = choices.pick(['', 'X-Later: 1\r\n', '\u0000: x\r\n', 'Content-Length: 5\r\n']);
    const text = `${parts.join('')}0\r\n${trailer}\r\n`;
    return whole(withLength(head, 'Transfer-Encoding: chunked'), Buffer.from(text, 'latin1'));
  },
  'broken chunks': ({ head, body }: Framed, choices: Choices): Buffer => {
    const text = choices.pick([
      'ZZ\r\n',
      '-1\r\n',
      'ffffffffffffffff1\r\nx',
      chunk(body),
      `${chunk(body)}0\r\n`,
      `5;${'x'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`,
      `3\r\n${body.toString('latin1').slice(0, 10)}\r\n0\r\n\r\n`,
      `0\r\n\r\n${body.toString('latin1')}`,
      `\r\n${chunk(body)}0\r\n\r\n`,
    ]);
    return whole(withLength(head, 'Transfer-Encoding: chunked'), Buffer.from(text, 'latin1'));
  },
  'request line': ({ head, body }: Framed, choices: Choices): Buffer =>
    whole(
      head.replace(/^[^\r]*/, () => choices.pick(LINES)),
      body,
    ),
  'header line': ({ head, body }: Framed, choices: Choices): Buffer =>
    whole(`${head.slice(0, -2)}${choices.pick(HEADER_LINES)}\r\n\r\n`, body),
  'no host': ({ head, body }: Framed): Buffer => whole(head.replace(/Host: [^\r]*\r\n/i, ''), body),
  'bare line feeds': ({ head, body }: Framed): Buffer => whole(head.replaceAll('\r\n', '\n'), body),
  'cut anywhere': ({ head, body }: Framed, choices: Choices): Buffer => {
    const bytes = whole(head, body);
    return bytes.subarray(0, choices.between(0, bytes.length - 1));
  },
  'odd bytes': ({ head, body }: Framed, choices: Choices): Buffer => {
    const bytes = whole(head, body);
    for (let count = choices.between(1, 5); count > 0; count -= 1) {
      bytes[choices.between(0, head.length - 1)] = choices.between(0, 255);
    }
    return bytes;
  },
  twins: ({ head, body }: Framed): Buffer => Buffer.concat([whole(head, body), whole(head, body)]),
  'rubbish behind': ({ head, body }: Framed, choices: Choices): Buffer =>
    Buffer.concat([
      whole(head, body),
      Buffer.from(choices.pick(['\0', 'x', '\r\n\r\n\r\n', 'GET'])),
    ]),
};
