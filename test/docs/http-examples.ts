import { STATUS_CODES } from 'node:http';
import { type ExampleText, compareJson } from './example-text.js';

const PATIENCE_MILLISECONDS = 5_000;

/** One request of a guide with the answer that it promises. */
export interface HttpExample {
  readonly kind: 'exchange';
  /** Line of the request in the file. */
  readonly line: number;
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly answer: {
    readonly line: number;
    readonly status: number;
    readonly reason: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
}

/** A mail that a guide says arrives. */
export interface MailExample {
  readonly kind: 'mail';
  readonly line: number;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export type Example = HttpExample | MailExample;

interface Fence {
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

/**
 * The examples of a guide in their order: a block of the language `http` is a request, the next one,
 * beginning with `HTTP/1.1`, its answer; a block `eml` is a mail.
 *
 * @throws Error for a request without an answer or an answer without a request.
 */
export function readExamples(markdown: string): Example[] {
  const examples: Example[] = [];
  let request: Fence | undefined;
  for (const fence of fencesOf(markdown)) {
    if (fence.language === 'eml') examples.push(mailOf(fence));
    if (fence.language !== 'http') continue;
    const isAnswer = fence.text.startsWith('HTTP/');
    if (isAnswer !== (request !== undefined)) {
      const fault = isAnswer ? 'an answer without a request' : 'a request without an answer';
      throw new Error(`Line ${isAnswer ? fence.line : (request?.line ?? 0)} begins ${fault}.`);
    }
    if (request !== undefined) examples.push(exchangeOf(request, fence));
    request = isAnswer ? undefined : fence;
  }
  if (request !== undefined) {
    throw new Error(`Line ${request.line} begins a request without an answer.`);
  }
  return examples;
}

/**
 * Sends an example's request and says where the answer is not as promised; nothing: all is well.
 * A GET is asked again for a while, because work in the background takes its time.
 */
export async function runExample(
  baseUrl: string,
  example: HttpExample,
  text: ExampleText,
): Promise<string[]> {
  const deadline = Date.now() + (example.method === 'GET' ? PATIENCE_MILLISECONDS : 0);
  for (;;) {
    const { response, body } = await send(baseUrl, example, text);
    const faults = text.attempt((tried) => answerFaults(example.answer, response, body, tried));
    if (faults.length === 0 || Date.now() >= deadline) return faults;
    await new Promise((resume) => setTimeout(resume, 100));
  }
}

async function send(
  baseUrl: string,
  { method, target, headers, body }: HttpExample,
  text: ExampleText,
): Promise<{ response: Response; body: string }> {
  const response = await fetch(baseUrl + text.fill(target), {
    method,
    redirect: 'manual',
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, text.fill(value)]),
    ),
    ...(body === '' ? {} : { body: text.fill(bodyToSend(headers, body)) }),
  });
  return { response, body: await response.text() };
}

function answerFaults(
  answer: HttpExample['answer'],
  response: Response,
  body: string,
  text: ExampleText,
): string[] {
  if (response.status !== answer.status) {
    return [`the status is ${response.status}, not ${answer.status}: ${body}`];
  }
  const faults: string[] = [];
  if (STATUS_CODES[answer.status] !== answer.reason) {
    faults.push(`“${answer.reason}” is not what ${answer.status} is called`);
  }
  for (const [name, value] of Object.entries(answer.headers)) {
    const fault = text.compare(value, response.headers.get(name) ?? '');
    if (fault !== undefined) faults.push(`${name}: ${fault}`);
  }
  return [...faults, ...compareBody(answer.body, body, response, text)];
}

function compareBody(
  promised: string,
  received: string,
  response: Response,
  text: ExampleText,
): string[] {
  if (promised === '') return received === '' ? [] : [`the body is not empty: ${received}`];
  if (/json/.test(response.headers.get('content-type') ?? '')) {
    return compareJson(JSON.parse(promised), JSON.parse(received), text);
  }
  const shown = wordsOf(received);
  return promised
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && line !== '…' && !shown.includes(line))
    .map((line) => `the page does not say “${line}”`);
}

/** A form's fields stand one to a line in the guide. */
function bodyToSend(headers: Readonly<Record<string, string>>, body: string): string {
  const isForm = Object.entries(headers).some(
    ([name, value]) => name.toLowerCase() === 'content-type' && value.includes('urlencoded'),
  );
  return isForm ? body.replaceAll(/\n&?/g, '&') : body;
}

/** What a person reads of a page. */
function wordsOf(html: string): string {
  return html
    .replaceAll(/<(style|script)\b[^]*?<\/\1>/g, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');
}

function fencesOf(markdown: string): Fence[] {
  const fences: Fence[] = [];
  let open: { line: number; language: string; lines: string[] } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const mark = /^```(\w*)/.exec(line);
    if (open === undefined) {
      if (mark) open = { line: index + 1, language: mark[1] ?? '', lines: [] };
    } else if (mark) {
      fences.push({ line: open.line, language: open.language, text: open.lines.join('\n') });
      open = undefined;
    } else {
      open.lines.push(line);
    }
  }
  return fences;
}

function exchangeOf(request: Fence, answer: Fence): HttpExample {
  const asked = partsOf(request.text);
  const answered = partsOf(answer.text);
  const [method = '', target = ''] = asked.first.split(' ');
  const [, status = '', reason = ''] = /^HTTP\/1\.1 (\d{3}) (.+)$/.exec(answered.first) ?? [];
  return {
    kind: 'exchange',
    line: request.line,
    method,
    target,
    headers: asked.headers,
    body: asked.body,
    answer: {
      line: answer.line,
      status: Number(status),
      reason,
      headers: answered.headers,
      body: answered.body,
    },
  };
}

function mailOf({ line, text }: Fence): MailExample {
  const { headers, body } = partsOf(`mail\n${text}`);
  return {
    kind: 'mail',
    line,
    to: headers['to'] ?? '',
    subject: headers['subject'] ?? '',
    text: body,
  };
}

/** First line, headers by lower-case name, and what stands after the empty line. */
function partsOf(text: string): { first: string; headers: Record<string, string>; body: string } {
  const [head = '', ...rest] = text.split('\n\n');
  const [first = '', ...lines] = head.split('\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return { first, headers: Object.fromEntries(headers), body: rest.join('\n\n').trim() };
}
