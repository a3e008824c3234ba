import { Client } from 'pg';
import type { OrganiserManager } from '../src/platform/database/database.js';
import type { AdminCaller } from './admin-cases.js';
import type { BenchDatabase } from './bench-cluster.js';

interface Explained {
  readonly 'QUERY PLAN': readonly {
    readonly 'Planning Time': number;
    readonly 'Execution Time': number;
  }[];
}

/** A connection that is an organiser's, as a request's transaction is. */
export class AdminSession {
  private constructor(
    private readonly client: Client,
    private readonly organiserId: string,
  ) {}

  static async open(database: BenchDatabase, { email, role }: AdminCaller): Promise<AdminSession> {
    const [account] = await database.sql<{ id: string }>(
      'SELECT id FROM organiser WHERE email = $1',
      [email],
    );
    if (account === undefined) throw new Error(`${email} has no account.`);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(
      `SELECT set_config('branchline.organiser_id', $1, false),
              set_config('branchline.roles', $2, false),
              set_config('role', my_database_role(), false)`,
      [account.id, role],
    );
    return new AdminSession(client, account.id);
  }

  /** What the database takes to plan and to run all statements of `work` in a transaction, as it says itself. */
  async milliseconds(
    work: (manager: OrganiserManager, organiserId: string) => Promise<void>,
  ): Promise<number> {
    let sum = 0;
    const explaining = {
      query: async (text: string, values: unknown[]) => {
        const { rows } = await this.client.query<Explained>(
          `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`,
          values,
        );
        const [told] = rows[0]?.['QUERY PLAN'] ?? [];
        sum += (told?.['Planning Time'] ?? 0) + (told?.['Execution Time'] ?? 0);
        return [];
      },
    };
    await this.client.query('BEGIN');
    await work(explaining as unknown as OrganiserManager, this.organiserId);
    await this.client.query('COMMIT');
    return sum;
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}
