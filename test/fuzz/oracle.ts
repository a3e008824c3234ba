import { projectRoot } from '../../src/platform/project-root.js';
import { securityHeaders } from '../../src/platform/http/security-headers.js';
import type { Answer } from './answer-reader.js';
import type { AnswerSchemas } from './answer-schemas.js';
import type { ApiDescription, Operation } from './api-description.js';
import type { FuzzRequest } from './draft.js';
import { MARKER_COMPUTED, MARKER_ELEMENT } from './hostile-texts.js';
import { problemComplaints } from './problem-oracle.js';
import type { Outcome } from './wire.js';

/** Named here as well, so that one that is forgotten there is missed here. */
const EXPECTED_HEADERS = Object.entries({
  ...securityHeaders(false),
  'content-security-policy': '',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
});

const SANE_REQUEST_ID = /^[A-Za-z0-9._~+/=:-]{1,128}$/;

/** What no answer tells: where we are, what we run on, our tables, a stack. */
const INSIDES = [projectRoot, 'node_modules', 'node:internal', '.js:', '.ts:', 'branchline_'];

/** Answers longer than this are looked into on their first part only. */
const LOOKED_INTO = 200_000;

/** Tells what is wrong with an outcome; a good one has no complaints. */
export class Oracle {
  private readonly operations: ReadonlyMap<string, Operation>;

  constructor(
    api: ApiDescription,
    /** Checks described answers; undefined where only their manners are of interest. */
    private readonly schemas?: AnswerSchemas,
  ) {
    this.operations = new Map(api.operations.map((operation) => [operation.name, operation]));
  }

  complaints(request: FuzzRequest, { answers, fault }: Outcome): string[] {
    const complaints = answers.flatMap((answer) => this.ofAnswer(request, answer));
    if (fault !== undefined) complaints.push(fault);
    // What is no request any more may be hung up on, but not waited with.
    if (!request.broken && answers.length !== 1 && fault === undefined) {
      complaints.push(`${answers.length} answers`);
    }
    return complaints;
  }

  private ofAnswer(request: FuzzRequest, answer: Answer): string[] {
    const { status, headers } = answer;
    const operation = this.operations.get(request.operation);
    const complaints = [...ofHeaders(answer), ...ofContent(answer), ...ofEcho(request, answer)];
    if (status >= 500) complaints.push(`answered ${status}`);
    if (status >= 400 && status < 500) {
      const type = headers.get('content-type')?.[0] ?? '';
      const isPage = type === 'text/html; charset=utf-8' && mayBePage(operation);
      if (!isPage) {
        complaints.push(...problemComplaints(answer, request.method === 'HEAD' && !request.broken));
      }
    }
    if (status < 400 && operation !== undefined && isUnchanged(request)) {
      complaints.push(...this.ofSuccess(request, operation, answer));
    }
    return complaints;
  }

  private ofSuccess(request: FuzzRequest, operation: Operation, answer: Answer): string[] {
    if (operation.hidden || operation.method !== request.method) return [];
    const { status, headers } = answer;
    if (status === 304 && operation.method === 'GET') return [];
    const isDescribed = operation.answers.has(status);
    // A form post that asks for no JSON is sent on to a page.
    const isSentOn =
      status === 303 && [...operation.bodies.keys()].some((type) => type.includes('form'));
    if (!isDescribed) return isSentOn ? [] : [`${status} is not described`];
    if (operation.answers.get(status) === undefined) return [];
    const type = headers.get('content-type')?.[0] ?? '';
    if (!/^application\/(?:geo\+)?json/.test(type)) return [`${status} with the type ${type}`];
    return this.schemas?.complaints(operation, answer) ?? [];
  }
}

function ofHeaders({ headers }: Answer): string[] {
  const complaints: string[] = [];
  for (const [name, value] of EXPECTED_HEADERS) {
    const given = headers.get(name) ?? [];
    if (given.length !== 1 || given[0] === '') {
      complaints.push(`${name} is there ${given.length} times`);
    } else if (!mayDiffer(name) && given[0] !== value) {
      complaints.push(`${name} is ${given[0]}`);
    }
  }
  const ids = headers.get('x-request-id') ?? [];
  if (ids.length !== 1 || !SANE_REQUEST_ID.test(ids[0] ?? '')) {
    complaints.push(`x-request-id is ${ids.join(' and ') || 'missing'}`);
  }
  for (const name of ['set-cookie', 'x-powered-by', 'server', 'x-injected']) {
    if (headers.has(name)) complaints.push(`the header ${name} came`);
  }
  return complaints;
}

/** A sane id of the caller comes back, unless the request could not even be read. */
function ofEcho({ bytes, broken }: FuzzRequest, { status, headers }: Answer): string[] {
  const isUnread = headers.get('connection')?.[0] === 'close' && status >= 400;
  if (broken || isUnread) return [];
  const head = bytes.toString('latin1', 0, Math.min(bytes.length, 20_000)).split('\r\n\r\n', 1)[0];
  const [given, ...others] = (head ?? '').match(/(?<=\r\nX-Request-Id: )[^\r]*/g) ?? [];
  if (given === undefined || others.length > 0 || !SANE_REQUEST_ID.test(given)) return [];
  return headers.get('x-request-id')?.[0] === given ? [] : ['the request id is not the caller’s'];
}

/** Routes may set their own: what a page may load, what a cache may keep, who hears whence. */
function mayDiffer(name: string): boolean {
  return /^(?:content-security-policy|cache-control|referrer-policy)$/.test(name);
}

/** Whether an operation answers people, who are told what is wrong by a page. */
/** The only part of the admin API that a browser walks through by itself. */
const BROWSERS_WAY = '/v1/admin/sessions/openid/';

function mayBePage(operation: Operation | undefined): boolean {
  if (operation === undefined) return false;
  const { path } = operation;
  if (path.startsWith('/v1/admin') && !path.startsWith(BROWSERS_WAY)) return false;
  const isForm = [...operation.bodies.keys()].some((type) => type.includes('form'));
  const hasPages = [...operation.answers.values()].includes(undefined);
  return isForm || hasPages;
}

/** Another path or method, and bytes that may have become anything, lead elsewhere. */
function isUnchanged({ broken, mutations }: FuzzRequest): boolean {
  return !broken && !mutations.some((done) => /^(?:path|method)/.test(done));
}

function ofContent({ headers, body }: Answer): string[] {
  if (body.length === 0) return [];
  const type = headers.get('content-type')?.[0];
  if (type === undefined) return ['a body without a type'];
  if (/^(?:application\/javascript|text\/(?:javascript|css)|image\/)/.test(type)) return [];
  const complaints: string[] = [];
  const text = body.toString('utf8', 0, LOOKED_INTO);
  for (const inside of INSIDES) {
    // The names of metrics begin with ours.
    const isMetric = inside === 'branchline_' && type.startsWith('text/plain');
    if (text.includes(inside) && !isMetric) complaints.push(`the body tells of ${inside}`);
  }
  if (/\n\s+at \S.*:\d+:\d+/.test(text)) complaints.push('the body has a stack in it');
  if (/html|json/.test(type) && !isUtf8(body)) complaints.push('the body is not UTF-8');
  if (type.startsWith('text/html')) {
    if (text.includes(MARKER_ELEMENT)) complaints.push('a page shows markup of the caller');
    if (text.includes(MARKER_COMPUTED)) complaints.push('a page computes what the caller sent');
  } else if (/json/.test(type) && !isJson(body)) {
    complaints.push('the body is no JSON');
  }
  return complaints;
}

function isUtf8(body: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(body);
    return true;
  } catch {
    return false;
  }
}

function isJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
