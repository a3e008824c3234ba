import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';

/** A download that did not come about; the message says why in words. */
export class DownloadFailed extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'DownloadFailed';
  }
}

/** What is fetched, where it goes, and what it may cost. */
export interface Download {
  /** `http:` or `https:`; an https address that leads on to http is refused. */
  readonly url: string;
  /** The file that is written. */
  readonly to: string;
  readonly mostBytes: number;
  /** Longest wait for the first word of the server, and between two pieces. */
  readonly patienceMilliseconds: number;
  readonly signal: AbortSignal;
  readonly onProgress: (bytes: number, of: number | undefined) => void;
}

/**
 * Fetches a file to the disk, following redirects, as a stream.
 *
 * @returns the name that the address it was found at ends with, in letters that any disk takes.
 * @throws DownloadFailed in words; the signal's reason where it was interrupted.
 */
export async function downloadFile(download: Download): Promise<string> {
  const stalled = new AbortController();
  const signal = AbortSignal.any([download.signal, stalled.signal]);
  const timer = setTimeout(() => stalled.abort(), download.patienceMilliseconds);
  try {
    const answer = await fetch(webAddress(download.url), { signal, redirect: 'follow' });
    refuseAnswer(answer, download);
    const length = lengthOf(answer);
    let read = 0;
    const watch = new Transform({
      transform(piece: Buffer, _encoding, done) {
        timer.refresh();
        read += piece.length;
        if (read > download.mostBytes) {
          done(new DownloadFailed(tooLarge(download)));
          return;
        }
        download.onProgress(read, length);
        done(null, piece);
      },
    });
    const body = Readable.fromWeb(answer.body as ReadableStream);
    await pipeline(body, watch, createWriteStream(download.to, { mode: 0o600 }), { signal });
    return nameIn(answer.url);
  } catch (error) {
    download.signal.throwIfAborted();
    if (error instanceof DownloadFailed) throw error;
    throw new DownloadFailed(
      stalled.signal.aborted
        ? `${download.url} has sent nothing for ${download.patienceMilliseconds / 1000} seconds.`
        : `${download.url} could not be fetched: ${reasonOf(error)}`,
    );
  } finally {
    clearTimeout(timer);
  }
}

function webAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new DownloadFailed(`${text} is no address that begins with https:// or http://.`);
  }
  return url;
}

function refuseAnswer(answer: Response, download: Download): void {
  if (!answer.ok || answer.body === null) {
    throw new DownloadFailed(`${download.url} answers with status ${answer.status}.`);
  }
  if (download.url.startsWith('https:') && !answer.url.startsWith('https:')) {
    throw new DownloadFailed(`${download.url} leads on to an address without encryption.`);
  }
  if ((lengthOf(answer) ?? 0) > download.mostBytes) throw new DownloadFailed(tooLarge(download));
}

/** What the server says it will send; nothing that may be relied on. */
function lengthOf(answer: Response): number | undefined {
  const length = Number(answer.headers.get('content-length') ?? Number.NaN);
  return Number.isNaN(length) ? undefined : length;
}

function tooLarge({ url, mostBytes }: Download): string {
  return `${url} is larger than ${mostBytes} bytes.`;
}

function nameIn(url: string): string {
  const name = new URL(url).pathname.split('/').pop() ?? '';
  return name.replaceAll(/[^\w.-]/g, '') || 'download';
}

/** The cause says more than the "fetch failed" around it. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message || message : message;
}
