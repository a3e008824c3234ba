import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Configuration } from '../../platform/config/configuration.js';
import { Notifications } from '../../platform/database/notifications.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { JoinForm } from '../join-form.js';
import { Form, type FormDefinition } from './form.js';
import { FormDirectoryRepository } from './form-directory.repository.js';
import { isFormOrigin, pageAddressOf } from './form-origins.js';

/** Channel on which PostgreSQL says that a form has changed. */
const CHANNEL = 'branchline_forms';
const POLL_MILLISECONDS = 5_000;

/**
 * All forms in memory, as the organisation is: a post asks nothing of the database for its form,
 * unless it names one that is not known here yet. Read at start, on every notification and
 * reconnect, and every few seconds in case a notification was lost.
 */
@Injectable()
export class FormDirectory implements OnModuleInit, OnApplicationShutdown {
  private version = '';
  private forms: ReadonlyMap<string, Form> = new Map();
  private loading: Promise<void> | undefined;
  private poll: NodeJS.Timeout | undefined;

  constructor(
    /** That of a post which names none. */
    readonly own: JoinForm,
    private readonly configuration: Configuration,
    private readonly repository: FormDirectoryRepository,
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

  /** The form of this public id, looked up before it is refused; closed ones too. */
  async find(id: string | undefined): Promise<Form | undefined> {
    const known = this.remembered(id);
    if (known !== undefined) return known;
    await this.reload();
    return this.remembered(id);
  }

  /** The same, as far as it is known here. */
  remembered(id: string | undefined): Form | undefined {
    return id === undefined || id === this.own.id ? this.own : this.forms.get(id);
  }

  /** Whether a page of this origin may post any form that is open. */
  anyAllows(origin: string, host: string | undefined): boolean {
    if (this.own.allows(origin, host)) return true;
    for (const form of this.forms.values()) {
      if (!form.isClosed && form.allows(origin, host)) return true;
    }
    return false;
  }

  /** Reads the forms anew if any has changed; calls that come meanwhile share one reading. */
  async reload(): Promise<void> {
    // A change may have been committed after the running read took its snapshot: look once more.
    if (this.loading !== undefined) await this.loading.catch(() => undefined);
    await (this.loading ??= this.load().finally(() => {
      this.loading = undefined;
    }));
  }

  private async load(): Promise<void> {
    if ((await this.repository.version()) === this.version) return;
    const { version, forms } = await this.repository.snapshot();
    this.forms = new Map(forms.map((definition) => [definition.id, this.formOf(definition)]));
    this.version = version;
  }

  /** Addresses are checked when they are entered; one that came otherwise must not harm the rest. */
  private formOf(definition: FormDefinition): Form {
    const origins = definition.origins.filter(isFormOrigin);
    const { thankYouUrl: url } = definition;
    const thankYouUrl = url === null ? null : (pageAddressOf(url) ?? null);
    return new Form({ ...definition, origins, thankYouUrl }, this.configuration);
  }

  private refresh(): void {
    this.reload().catch((error: unknown) => {
      this.logger.warn({ err: error }, 'The forms could not be read; the last ones serve on.');
    });
  }
}
