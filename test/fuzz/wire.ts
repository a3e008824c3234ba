import { type Socket, connect } from 'node:net';
import { type Answer, MalformedAnswer, readAnswer } from './answer-reader.js';
import type { FuzzRequest } from './draft.js';

/** What came of a request. */
export interface Outcome {
  /** In the order of their arrival; several where the request had become two. */
  readonly answers: readonly Answer[];
  /** Why there is not exactly one whole answer, where that is so. */
  readonly fault: string | undefined;
  readonly milliseconds: number;
}

/** A request without an answer after this time hangs. */
export const DEADLINE_MILLISECONDS = 15_000;

/**
 * A client that sends bytes as they are. It keeps one connection for well-formed requests; each
 * broken one gets a connection of its own, which is closed behind it.
 */
export class WireClient {
  private socket: Socket | undefined;
  /** Where the running request hears of its bytes and of the end. */
  private listener: { data(bytes: Buffer): void; end(reason: string): void } | undefined;

  constructor(
    private readonly port: number,
    private readonly deadline = DEADLINE_MILLISECONDS,
  ) {}

  async send(request: FuzzRequest): Promise<Outcome> {
    if (request.broken) return this.sendBroken(request);
    const isReused = this.socket !== undefined;
    const outcome = await this.sendWhole(request);
    // The server may have closed an idle connection just then: RFC 9112, 9.3.1.
    if (isReused && outcome.answers.length === 0 && outcome.fault?.startsWith('closed') === true) {
      return this.sendWhole(request);
    }
    return outcome;
  }

  close(): void {
    this.socket?.destroy();
    this.socket = undefined;
  }

  private sendWhole(request: FuzzRequest): Promise<Outcome> {
    const isBodiless = request.method === 'HEAD';
    const started = performance.now();
    const socket = this.connected();
    let received: Buffer = Buffer.alloc(0);
    return new Promise((resolve) => {
      const finish = (answers: readonly Answer[], fault: string | undefined): void => {
        clearTimeout(timer);
        this.listener = undefined;
        const isLast = answers[0] === undefined || isClosing(answers[0]);
        if (fault !== undefined || isLast) this.close();
        resolve({ answers, fault, milliseconds: performance.now() - started });
      };
      const timer = setTimeout(() => finish([], `no answer in ${this.deadline} ms`), this.deadline);
      this.listener = {
        data: (bytes) => {
          received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
          try {
            const read = readAnswer(received, isBodiless);
            if (read === undefined) return;
            // Headers that could not be read do not tell that they were a HEAD's.
            const isUnread = isBodiless && read.answer.status >= 400 && isClosing(read.answer);
            const surplus = isUnread ? 0 : received.length - read.length;
            finish([read.answer], surplus === 0 ? undefined : `${surplus} bytes too many`);
          } catch (error) {
            finish([], malformed(error));
          }
        },
        end: (reason) =>
          finish(
            [],
            `closed ${received.length === 0 ? 'without an answer' : 'in the middle of an answer'} (${reason})`,
          ),
      };
      socket.write(request.bytes);
    });
  }

  private connected(): Socket {
    if (this.socket !== undefined) return this.socket;
    const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true });
    this.socket = socket;
    const end = (reason: string): void => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      this.listener?.end(reason);
    };
    socket.on('data', (bytes) => this.listener?.data(bytes));
    socket.on('error', (error) => end(error.message));
    socket.on('close', () => end('end'));
    return socket;
  }

  /** Sends, says that nothing more comes, and takes all that the server has to say to it. */
  private sendBroken(request: FuzzRequest): Promise<Outcome> {
    const started = performance.now();
    const chunks: Buffer[] = [];
    return new Promise((resolve) => {
      const socket = connect({ port: this.port, host: '127.0.0.1', allowHalfOpen: true });
      const finish = (fault: string | undefined): void => {
        clearTimeout(timer);
        socket.destroy();
        const read = readAll(Buffer.concat(chunks), request.method === 'HEAD');
        resolve({ ...read, fault: fault ?? read.fault, milliseconds: performance.now() - started });
      };
      const timer = setTimeout(() => finish(`not closed in ${this.deadline} ms`), this.deadline);
      socket.on('data', (chunk) => chunks.push(chunk));
      // Closed by force is closed, too: what was answered until then counts.
      socket.on('error', () => undefined);
      socket.on('close', () => finish(undefined));
      socket.on('end', () => socket.end());
      socket.end(request.bytes);
    });
  }
}

function isClosing({ headers }: Answer): boolean {
  return headers.get('connection')?.at(-1) === 'close';
}

/** All answers in what a server said until it hung up. */
function readAll(
  received: Buffer,
  isBodiless: boolean,
): { answers: Answer[]; fault: string | undefined } {
  const answers: Answer[] = [];
  let at = 0;
  try {
    while (at < received.length) {
      const rest = received.subarray(at);
      const read = readAnswer(rest, isBodiless && answers.length === 0);
      if (read === undefined) return { answers, fault: undefined };
      answers.push(read.answer);
      at += read.length;
    }
    return { answers, fault: undefined };
  } catch (error) {
    return { answers, fault: malformed(error) };
  }
}

function malformed(error: unknown): string {
  if (error instanceof MalformedAnswer) return `not HTTP: ${error.message}`;
  throw error;
}
