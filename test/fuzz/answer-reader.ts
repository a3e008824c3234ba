/** An answer as it came over the wire. */
export interface Answer {
  readonly status: number;
  /** By lower-case name, in the order of arrival. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
}

/** The bytes are no answer of HTTP/1.1. */
export class MalformedAnswer extends Error {}

const HEAD_END = Buffer.from('\r\n\r\n');
const NO_BODY = Buffer.alloc(0);

/**
 * The first final answer in these bytes (interim ones are skipped), and how long it is; undefined
 * while it is incomplete.
 *
 * @param isBodiless the request was one whose answer has no body, whatever its length says.
 * @throws MalformedAnswer
 */
export function readAnswer(
  bytes: Buffer,
  isBodiless: boolean,
): { answer: Answer; length: number } | undefined {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) ?[^\r\n]*$/.exec(first)?.[1]);
  if (Number.isNaN(status)) throw new MalformedAnswer(`no status line: ${first.slice(0, 100)}`);
  const headers = readHeaders(lines);
  const start = end + HEAD_END.length;
  if (status < 200) {
    const rest = readAnswer(bytes.subarray(start), isBodiless);
    return rest === undefined ? undefined : { ...rest, length: rest.length + start };
  }
  if (isBodiless || status === 204 || status === 304) {
    return { answer: { status, headers, body: NO_BODY }, length: start };
  }
  if (headers.get('transfer-encoding')?.at(-1) === 'chunked') {
    return readChunks(bytes, start, { status, headers });
  }
  const [announced, ...others] = headers.get('content-length') ?? [];
  if (announced === undefined || others.length > 0 || !/^\d+$/.test(announced)) {
    throw new MalformedAnswer(`${status} with the lengths ${[announced, ...others].join(' and ')}`);
  }
  const length = start + Number(announced);
  if (bytes.length < length) return undefined;
  return { answer: { status, headers, body: bytes.subarray(start, length) }, length };
}

function readHeaders(lines: readonly string[]): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      throw new MalformedAnswer(`no header line: ${line.slice(0, 100)}`);
    }
    const key = name.toLowerCase();
    const present = headers.get(key);
    if (present === undefined) headers.set(key, [value]);
    else present.push(value);
  }
  return headers;
}

function readChunks(
  bytes: Buffer,
  start: number,
  head: Pick<Answer, 'status' | 'headers'>,
): { answer: Answer; length: number } | undefined {
  const parts: Buffer[] = [];
  let at = start;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (Number.isNaN(size)) throw new MalformedAnswer('a chunk without a size');
    const next = lineEnd + 2 + size + 2;
    if (bytes.length < next) return undefined;
    if (size === 0) return { answer: { ...head, body: Buffer.concat(parts) }, length: next };
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = next;
  }
}
