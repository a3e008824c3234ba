import { createReadStream } from 'node:fs';
import { appendFile, mkdir, open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** One email or SMS that left, as one recipient got it. */
export interface DevelopmentMessage {
  channel: 'email' | 'sms';
  /** Email address or telephone number (E.164) of this one recipient. */
  to: string;
  from: string;
  /** Null for an SMS. */
  subject: string | null;
  /** Plain text; empty where an email has only HTML. */
  text: string;
  html: string | null;
  messageId: string | null;
  /** By lower-case name. */
  headers: Record<string, string>;
  /** When it arrived, RFC 3339 in UTC. */
  at: string;
}

/** What is told about a message; what a channel does not have is left out. */
export type NewDevelopmentMessage = Pick<DevelopmentMessage, 'channel' | 'to' | 'from' | 'text'> &
  Partial<Pick<DevelopmentMessage, 'subject' | 'html' | 'messageId' | 'headers'>> & { at: Date };

export interface DevelopmentMessageFilter {
  /** Whole address or number, in whatever case. */
  to?: string;
  /** Only messages of this moment and later. */
  since?: Date;
}

/**
 * Keeps the messages that left a development copy, so that a person or a test can read them, and
 * again after the copy was killed and started anew. One process writes; the newest `limit` stay.
 */
export class DevelopmentMessageStore {
  private messages: DevelopmentMessage[] = [];
  private lastWrite: Promise<void> = Promise.resolve();

  /**
   * @param dataDir folder for `messages.jsonl`
   * @param limit how many messages are kept in memory, and in the file after a load
   */
  constructor(
    private readonly dataDir: string,
    private readonly limit = 10_000,
  ) {}

  private get path(): string {
    return join(this.dataDir, 'messages.jsonl');
  }

  /**
   * Reads what earlier runs kept; to be awaited once, before the first `add`. A line that a kill cut
   * short is dropped, and the file is written anew where it holds such a line or too many.
   */
  async load(): Promise<void> {
    await mkdir(this.dataDir, { recursive: true, mode: 0o700 });
    const size = (await stat(this.path).catch(() => undefined))?.size ?? 0;
    if (size === 0) return;
    let isClean = await endsWithNewline(this.path, size);
    const lines = createInterface({ input: createReadStream(this.path), crlfDelay: Infinity });
    for await (const line of lines) {
      const message = parseMessage(line);
      if (message) this.remember(message);
      else isClean = false;
      if (this.isFull()) isClean = false;
      this.forgetOldest();
    }
    if (!isClean) await this.rewrite();
  }

  /**
   * Resolves with the message as kept, once it is in the file. An email that comes again with its
   * Message-ID is the same email, as mail readers see it: after a crash one in flight is repeated.
   */
  async add(message: NewDevelopmentMessage): Promise<DevelopmentMessage> {
    const present = this.messages.find(
      ({ messageId, to }) =>
        messageId !== null && messageId === message.messageId && to === message.to,
    );
    if (present !== undefined) return present;
    const kept: DevelopmentMessage = {
      channel: message.channel,
      to: message.to,
      from: message.from,
      subject: message.subject ?? null,
      text: message.text,
      html: message.html ?? null,
      messageId: message.messageId ?? null,
      headers: message.headers ?? {},
      at: message.at.toISOString(),
    };
    // One after another: two appends at once might interleave.
    const write = this.lastWrite.then(() =>
      appendFile(this.path, `${JSON.stringify(kept)}\n`, { mode: 0o600 }),
    );
    this.lastWrite = write.catch(() => undefined);
    await write;
    this.remember(kept);
    this.forgetOldest();
    return kept;
  }

  /** Newest first; of one moment, the one that came last first. */
  list(filter: DevelopmentMessageFilter = {}): DevelopmentMessage[] {
    const to = filter.to?.toLowerCase();
    const since = filter.since?.toISOString();
    return this.messages
      .filter(
        (message) =>
          (to === undefined || message.to.toLowerCase() === to) &&
          (since === undefined || message.at >= since),
      )
      .toReversed()
      .toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
  }

  private remember(message: DevelopmentMessage): void {
    this.messages.push(message);
  }

  private isFull(): boolean {
    return this.messages.length > this.limit;
  }

  private forgetOldest(): void {
    if (this.isFull()) this.messages.shift();
  }

  private async rewrite(): Promise<void> {
    const aside = `${this.path}.new`;
    const file = await open(aside, 'w', 0o600);
    try {
      for (const message of this.messages) await file.write(`${JSON.stringify(message)}\n`);
    } finally {
      await file.close();
    }
    await rename(aside, this.path);
  }
}

async function endsWithNewline(path: string, size: number): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer } = await file.read({ buffer: Buffer.alloc(1), position: size - 1 });
    return buffer.toString() === '\n';
  } finally {
    await file.close();
  }
}

function parseMessage(line: string): DevelopmentMessage | undefined {
  try {
    const message = JSON.parse(line) as DevelopmentMessage;
    return typeof message?.to === 'string' && typeof message.at === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
