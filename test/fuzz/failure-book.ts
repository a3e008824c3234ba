import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FuzzRequest } from './draft.js';
import type { Outcome } from './wire.js';

/** Kinds of failure after which a run has shown enough. */
const ENOUGH = 25;
/** Of an answer, for people. */
const SHOWN = 2000;

/** A request that went wrong, as it is kept: everything that repeats it. */
export interface KeptFailure {
  readonly seed: number;
  readonly index: number;
  readonly operation: string;
  readonly method: string;
  readonly mutations: readonly string[];
  readonly complaints: readonly string[];
  readonly broken: boolean;
  /** The bytes in Latin-1: one character, one byte. */
  readonly bytes: string;
  readonly answers: readonly string[];
}

/** Keeps failures, one of each kind, and tells how to repeat them. */
export class FailureBook {
  /** How often each kind was met. */
  readonly kinds = new Map<string, number>();

  constructor(
    private readonly seed: number,
    /** Undefined: kept nowhere. */
    private readonly folder: string | undefined,
    private readonly tell: (text: string) => void,
  ) {}

  get isFull(): boolean {
    return this.kinds.size >= ENOUGH;
  }

  add(request: FuzzRequest, outcome: Outcome, complaints: readonly string[]): void {
    const kind = `${request.operation}: ${complaints.map(withoutParticulars).join('; ')}`;
    const met = this.kinds.get(kind) ?? 0;
    this.kinds.set(kind, met + 1);
    if (met > 0) return;
    const failure: KeptFailure = {
      seed: this.seed,
      index: request.index,
      operation: request.operation,
      method: request.method,
      mutations: request.mutations,
      complaints,
      broken: request.broken,
      bytes: request.bytes.toString('latin1'),
      answers: outcome.answers.map(describeAnswer),
    };
    this.tell(this.report(failure));
  }

  /** What no single request is to blame for. */
  addGeneral(complaint: string): void {
    const kind = withoutParticulars(complaint);
    const met = this.kinds.get(kind) ?? 0;
    this.kinds.set(kind, met + 1);
    if (met === 0) this.tell(`\nFAULT: ${complaint}`);
  }

  /** One line, or what was found. */
  summary(): string {
    if (this.kinds.size === 0) return 'No fault was found.';
    const lines = [...this.kinds].map(([kind, times]) => `  ${times} × ${kind}`);
    return [`${this.kinds.size} kinds of fault:`, ...lines].join('\n');
  }

  private report(failure: KeptFailure): string {
    const { index, operation, mutations, complaints, bytes, answers } = failure;
    const lines = [
      `\nFAULT of request ${index} (seed ${this.seed}): ${operation}, ${mutations.join(', ') || 'nothing changed'}`,
      ...complaints.map((complaint) => `  - ${complaint}`),
      curlCommand(failure) ?? `  sent: ${JSON.stringify(bytes.slice(0, SHOWN))}`,
      ...answers.map((answer) => `  answered: ${JSON.stringify(answer)}`),
    ];
    if (this.folder !== undefined) {
      mkdirSync(this.folder, { recursive: true });
      const file = join(this.folder, `${this.seed}-${index}.json`);
      writeFileSync(file, `${JSON.stringify(failure, null, 2)}\n`);
      lines.push(`  again: npm run soak -- fuzz --replay ${file}`);
    }
    if (index >= 0) {
      lines.push(`  or one like it: npm run soak -- fuzz --seed ${this.seed} --only ${index}`);
    }
    return lines.join('\n');
  }
}

/** The request as a command, where curl can be made to send it. */
export function curlCommand({ bytes, broken, method }: KeptFailure): string | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...headers] = bytes.slice(0, end).split('\r\n');
  const target = /^\S+ (\/\S*) HTTP\/1\.1$/.exec(first)?.[1];
  const body = bytes.slice(end + 4);
  if (broken || target === undefined || /[^\t\n\x20-\x7e]/.test(bytes.replaceAll('\r\n', '\n'))) {
    return undefined;
  }
  const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  return [
    `  curl -i --path-as-is -X ${method} ${quoted(`http://127.0.0.1:3000${target}`)}`,
    ...headers
      .filter((line) => !/^content-length:/i.test(line))
      .map((line) => `-H ${quoted(line)}`),
    ...(body === '' ? [] : [`--data-binary ${quoted(body)}`]),
  ].join(' ');
}

/** An answer in text, cut where it gets long. */
export function describeAnswer({ status, headers, body }: Outcome['answers'][number]): string {
  const told = [...headers].map(([name, values]) => `${name}: ${values.join(', ')}`).join('\n');
  return `${status}\n${told}\n\n${body.toString('utf8').slice(0, SHOWN)}`;
}

/** Two failures are of one kind when they differ in numbers, ids and quoted values only. */
function withoutParticulars(complaint: string): string {
  return complaint
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…')
    .replaceAll(/fuzz-\d+--?\d+/g, '…')
    .replaceAll(/\d+/g, (number) => (/^[1-5]\d\d$/.test(number) ? number : 'n'))
    .slice(0, 300);
}
