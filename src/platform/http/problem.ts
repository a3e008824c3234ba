/** One fault of the input. `path` is dotted (`consent.email`, `interests.0`, empty for the whole). */
export interface Fault {
  readonly path: string;
  /** Stable, snake_case: `required`, `unknown_field`, `too_big` … */
  readonly code: string;
  /** A sentence for the person who has to put it right. */
  readonly message: string;
}

/** What a problem is made of; see RFC 9457. */
export interface ProblemOptions {
  readonly status: number;
  /** Stable, snake_case; callers branch on it. */
  readonly code: string;
  /** The same words for every problem of this code. */
  readonly title: string;
  /** This occurrence, in words for the person who has to fix it. Never personal data, never SQL. */
  readonly detail?: string | undefined;
  readonly errors?: readonly Fault[] | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Further members of the document, e.g. the permission that is missing. */
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** A problem document as it is sent (RFC 9457). */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly code: string;
  readonly requestId: string;
  readonly errors?: readonly Fault[];
  readonly [extension: string]: unknown;
}

/** The media type of every error answer (RFC 9457). */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/**
 * An outcome that the caller is told about. Features extend it beside themselves, one class per
 * outcome; the filter turns it into an answer. Throwing one is never an error-level log line.
 */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string | undefined;
  readonly errors: readonly Fault[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(options: ProblemOptions) {
    super(options.detail ?? options.title, { cause: options.cause });
    this.name = new.target.name;
    this.status = options.status;
    this.code = options.code;
    this.title = options.title;
    this.detail = options.detail;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
    this.extensions = options.extensions ?? {};
  }

  /** The document that goes over the wire. */
  toDocument(requestId: string): ProblemDocument {
    return {
      ...this.extensions,
      type: `urn:branchline:problem:${this.code}`,
      title: this.title,
      status: this.status,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      code: this.code,
      requestId,
      ...(this.errors === undefined ? {} : { errors: this.errors }),
    };
  }
}
