import { Client, type QueryResultRow } from 'pg';

/**
 * A connection that is made at the first statement and again after it was cut. The harness looks ten
 * times a second; signing in each time would take more of the machine than what it looks at.
 */
export class KeptConnection {
  private client: Promise<Client> | undefined;

  /** @param url is asked whenever a connection is made. */
  constructor(private readonly url: () => string) {}

  async sql<Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = await (this.client ??= this.connect());
    return (await client.query<Row>(text, values)).rows;
  }

  async close(): Promise<void> {
    const client = await this.client?.catch(() => undefined);
    await client?.end();
  }

  private async connect(): Promise<Client> {
    const client = new Client({ connectionString: this.url() });
    const forget = (): void => void (this.client = undefined);
    client.on('error', forget);
    client.on('end', forget);
    try {
      await client.connect();
    } catch (error) {
      forget();
      throw error;
    }
    return client;
  }
}
