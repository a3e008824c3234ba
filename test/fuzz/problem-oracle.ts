import type { Answer } from './answer-reader.js';

const SNAKE_CASE = /^[a-z][a-z0-9_]*$/;
const WORDS = /\S+ \S+/;

/** The runtime's and the database's words, in what is said to people. */
const INSIDES =
  /\bat .+:\d+:\d+|\b(?:select|insert|update|delete) .+\b(?:from|into|set|where)\b|\bundefined\b|\[object|Cannot read|TypeError|QueryFailed|relation "|violates|constraint|syntax error|invalid (?:input|byte)/i;

/** What a refusal needs to say besides its body (RFC 9110). */
const HEADER_OF_STATUS: Readonly<Record<number, string>> = {
  401: 'www-authenticate',
  405: 'allow',
  429: 'retry-after',
  503: 'retry-after',
};

/** What keeps a refusal from being a problem document as the contract wants it. */
export function problemComplaints(
  { status, headers, body }: Answer,
  isBodiless: boolean,
): string[] {
  const complaints: string[] = [];
  const type = headers.get('content-type')?.join(' and ');
  if (type !== 'application/problem+json') complaints.push(`${status} with the type ${type}`);
  const needed = HEADER_OF_STATUS[status];
  if (needed !== undefined && !headers.has(needed)) complaints.push(`${status} without ${needed}`);
  if (headers.get('cache-control')?.[0] !== 'no-store') complaints.push(`${status} may be cached`);
  if (isBodiless) return complaints;
  const problem = parsed(body);
  if (problem === undefined) return [...complaints, `${status} without a problem document`];
  const { type: urn, title, detail, code, requestId } = problem;
  if (!isText(code, SNAKE_CASE)) complaints.push(`${status} without a code`);
  if (urn !== `urn:branchline:problem:${String(code)}`)
    complaints.push(`the type is ${String(urn)}`);
  if (!isText(title, /\S{3}/)) complaints.push(`${status} without a title`);
  if (!isText(detail, WORDS)) complaints.push(`${status} without a detail`);
  if (problem['status'] !== status)
    complaints.push(`the status in it is ${String(problem['status'])}`);
  if (requestId !== headers.get('x-request-id')?.[0])
    complaints.push('the requestId is another one');
  complaints.push(...leaks(`${String(title)} ${String(detail)}`));
  if (status === 422) complaints.push(...faultComplaints(problem['errors']));
  return complaints;
}

function faultComplaints(errors: unknown): string[] {
  if (!Array.isArray(errors) || errors.length === 0) return ['422 without errors'];
  const complaints: string[] = [];
  for (const fault of errors as Record<string, unknown>[]) {
    const { path, code, message, ...rest } = fault;
    const isWhole =
      typeof path === 'string' &&
      isText(code, SNAKE_CASE) &&
      isText(message, WORDS) &&
      Object.keys(rest).length === 0;
    if (!isWhole) complaints.push(`a fault of 422 is not whole: ${JSON.stringify(fault)}`);
    complaints.push(...leaks(String(message)));
  }
  return complaints;
}

/** Names that the caller sent come back between quotation marks; they are not ours. */
function leaks(words: string): string[] {
  const ours = words.replaceAll(/“[^]*?”/g, '“…”');
  return INSIDES.test(ours) ? [`it tells of our insides: ${ours.slice(0, 200)}`] : [];
}

function parsed(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function isText(value: unknown, shape: RegExp): boolean {
  return typeof value === 'string' && shape.test(value);
}
