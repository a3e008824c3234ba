import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Notifications } from '../platform/database/notifications.js';
import { LOGGER, type Logger } from '../platform/logging/logger.js';
import { DirectoryView } from './directory-view.js';
import { UnitDirectoryRepository } from './unit-directory.repository.js';

/** Channel on which PostgreSQL says that a unit, a rule or a post has changed. */
const CHANNEL = 'branchline_directory';
const POLL_MILLISECONDS = 5_000;

/**
 * The organisation in memory: every lookup and every allocation is answered from here, also while
 * the database is away. It is read at start, on every notification and reconnect, and every few
 * seconds in case a notification was lost. A reader takes `view` once and works on that: it never
 * changes under its hands.
 */
@Injectable()
export class UnitDirectory implements OnModuleInit, OnApplicationShutdown {
  private current = DirectoryView.empty;
  private loading: Promise<void> | undefined;
  private poll: NodeJS.Timeout | undefined;

  constructor(
    private readonly repository: UnitDirectoryRepository,
    private readonly notifications: Notifications,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.reload();
    await this.notifications.listen(CHANNEL, () => this.refresh());
    this.poll = setInterval(() => this.refresh(), POLL_MILLISECONDS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.poll);
  }

  /** The organisation as last read. */
  get view(): DirectoryView {
    return this.current;
  }

  /**
   * The organisation as an application's transaction sees it: what was committed a moment ago is
   * in it. Needs no other connection, unlike `reload`, so that waiting for a lock before is safe.
   */
  async viewIn(manager: EntityManager): Promise<DirectoryView> {
    if ((await this.repository.version(manager)) === this.current.version) return this.current;
    return new DirectoryView(await this.repository.snapshot(manager));
  }

  /** Reads the organisation anew if it has changed; calls that come meanwhile share one reading. */
  async reload(): Promise<void> {
    // A change may have been committed after the running read took its snapshot: look once more.
    if (this.loading !== undefined) await this.loading.catch(() => undefined);
    await (this.loading ??= this.load().finally(() => {
      this.loading = undefined;
    }));
  }

  private async load(): Promise<void> {
    if ((await this.repository.version()) === this.current.version) return;
    this.current = new DirectoryView(await this.repository.snapshot());
  }

  private refresh(): void {
    this.reload().catch((error: unknown) => {
      this.logger.warn({ err: error }, 'The directory could not be read; the last one serves on.');
    });
  }
}
