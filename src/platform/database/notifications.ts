import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Client } from 'pg';
import { Configuration } from '../config/configuration.js';
import { directOptions } from './connection-options.js';
import { Database } from './database.js';

/** How long notifications of one process are gathered before one goes out. */
const COALESCE_MILLISECONDS = 20;
const RECONNECT_MILLISECONDS = 500;

type Handler = () => void;

/**
 * LISTEN and NOTIFY. A notification only says "look": who listens reads the tables, and looks again
 * after every reconnect, because whatever was said in between is lost.
 *
 * NOTIFY never runs inside a transaction of the hot path: it takes a lock of the whole cluster at
 * commit. `notify` is called after the commit and sends one for all calls of ~20 ms.
 */
@Injectable()
export class Notifications implements OnApplicationShutdown {
  private readonly handlers = new Map<string, Set<Handler>>();
  private readonly pending = new Map<string, NodeJS.Timeout>();
  private client: Client | undefined;
  private connecting: Promise<void> | undefined;
  private closed = false;
  private retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly configuration: Configuration,
    private readonly database: Database,
  ) {}

  /** Calls `handler` on every notification of the channel and after every reconnect. */
  async listen(channel: string, handler: Handler): Promise<void> {
    const handlers = this.handlers.get(channel) ?? new Set();
    handlers.add(handler);
    this.handlers.set(channel, handlers);
    if (this.client !== undefined) await this.client.query(`LISTEN ${channel}`);
    else await (this.connecting ??= this.connect());
  }

  /** Says "look" on a channel, soon. A failure is harmless: every listener also polls. */
  notify(channel: string): void {
    if (this.pending.has(channel) || this.closed) return;
    const timer = setTimeout(() => {
      this.pending.delete(channel);
      this.database.query('SELECT pg_notify($1, $2)', [channel, '']).catch(() => undefined);
    }, COALESCE_MILLISECONDS);
    this.pending.set(channel, timer);
  }

  async onApplicationShutdown(): Promise<void> {
    this.closed = true;
    clearTimeout(this.retry);
    for (const timer of this.pending.values()) clearTimeout(timer);
    await this.connecting?.catch(() => undefined);
    await this.client?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    const client = new Client(directOptions(this.configuration));
    client.on('notification', ({ channel }) => this.wake(channel));
    client.on('error', () => this.reconnectLater(client));
    client.on('end', () => this.reconnectLater(client));
    try {
      await client.connect();
      this.client = client;
      for (const channel of this.handlers.keys()) await client.query(`LISTEN ${channel}`);
    } catch {
      this.reconnectLater(client);
    } finally {
      this.connecting = undefined;
    }
  }

  private reconnectLater(lost: Client): void {
    if (this.client === lost) this.client = undefined;
    lost.removeAllListeners('end');
    lost.end().catch(() => undefined);
    if (this.closed || this.retry !== undefined) return;
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.connecting = this.connect().then(() => {
        if (this.client === undefined) return;
        for (const channel of this.handlers.keys()) this.wake(channel);
      });
    }, RECONNECT_MILLISECONDS);
  }

  private wake(channel: string): void {
    for (const handler of this.handlers.get(channel) ?? []) handler();
  }
}
