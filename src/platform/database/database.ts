import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { Configuration } from '../config/configuration.js';
import { holdsBeforeCommit } from '../http/request-context.js';

/** Takes the restricted role; which of the two is a matter of speed, and of nothing else. */
const TAKE_ROLE = `set_config('role', my_database_role(), true)`;

declare const organiserScope: unique symbol;

/**
 * A transaction's manager that PostgreSQL has bound to one organiser. Admin repositories take this
 * type and nothing else, so that a query outside the scope does not compile; only
 * `Database.asOrganiser` makes one.
 */
export type OrganiserManager = EntityManager & { readonly [organiserScope]: true };

/** Whose eyes a transaction sees with. */
export interface OrganiserScope {
  readonly organiserId: string;
  /**
   * The roles that carry the permission in question. Only their grants count: who is treasurer of
   * the country and secretary of one branch reads the members of that branch alone.
   */
  readonly roles: readonly string[];
  /**
   * Whether the request changes nothing. Then grants count, too, that have ended and are in their
   * grace.
   */
  readonly reading?: boolean;
  /** The key of a program, in place of the organiser, and the scope in question. */
  readonly apiKey?: { readonly id: string; readonly scope: string };
}

/** The one door to PostgreSQL for repositories. */
@Injectable()
export class Database implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    private readonly configuration: Configuration,
  ) {}

  /**
   * Refuses to serve with a role that row-level security does not bind; in production also with a
   * login that could cast the role off (RESET ROLE).
   */
  async onModuleInit(): Promise<void> {
    const unbound = await this.query<{ name: string }>(
      `SELECT rolname AS name FROM pg_roles
        WHERE (rolsuper OR rolbypassrls)
          AND (rolname = current_user OR ($1 AND rolname = session_user))`,
      [this.configuration.production],
    );
    if (unbound[0] !== undefined) {
      throw new Error(
        `The database login ${unbound[0].name} is not bound by row-level security: connect as branchline_app.`,
      );
    }
  }

  /** The application's connections; the rate limiter counts through them. */
  get pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }

  /** Runs one statement in a transaction of its own. */
  async query<Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(text, values)).rows;
  }

  /**
   * Runs one statement of a hot path under a name: parsed and planned once a connection. Behind a
   * PgBouncer that cannot keep named statements it goes without the name.
   *
   * @param within the transaction it belongs to; without one it is a transaction of its own.
   */
  async statement<Row extends QueryResultRow>(
    name: string,
    text: string,
    values: unknown[],
    within?: EntityManager,
  ): Promise<Row[]> {
    const named = this.configuration.environment.DATABASE_PGBOUNCER ? {} : { name };
    const connection = within === undefined ? this.pool : await connectionOf(within);
    return (await connection.query<Row>({ ...named, text, values })).rows;
  }

  /**
   * Runs `work` in one transaction as the application. Statements run one after another: several at
   * once on one manager have mixed up settings (TypeORM issue 9905). Within a request it commits only
   * what its caller still has the right to.
   */
  transaction<Result>(work: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    return this.dataSource.transaction(async (manager) => {
      const result = await work(manager);
      await holdsBeforeCommit(manager);
      return result;
    });
  }

  /**
   * Runs `work` in one transaction as an organiser: as the restricted role, with the policies bound
   * to this organiser's grants in these roles, or to what a key holds. Settings and role end with the transaction.
   */
  asOrganiser<Result>(
    { organiserId, roles, reading = false, apiKey }: OrganiserScope,
    work: (manager: OrganiserManager) => Promise<Result>,
  ): Promise<Result> {
    return this.transaction(async (manager) => {
      await manager.query(
        `SELECT set_config('branchline.organiser_id', $1, true),
                set_config('branchline.roles', $2, true),
                set_config('branchline.reading', $3, true),
                set_config('branchline.api_key_id', $4, true),
                set_config('branchline.scope', $5, true), ${TAKE_ROLE}`,
        [
          apiKey === undefined ? organiserId : '',
          roles.join(','),
          reading ? 'on' : 'off',
          apiKey?.id ?? '',
          apiKey?.scope ?? '',
        ],
      );
      return work(manager as OrganiserManager);
    });
  }

  /**
   * Runs a part of an organiser's transaction as the application: what follows from a deed (jobs,
   * messages, a person's unit) organisers may not write themselves. No policy binds this part to
   * the organiser, so see before it, or in its own words with `my_units()`, that the deed is theirs.
   */
  async asApplication<Result>(
    manager: OrganiserManager,
    work: (manager: EntityManager) => Promise<Result>,
  ): Promise<Result> {
    // Back to the role that every session starts with, as poolOptions has it.
    await manager.query('RESET ROLE');
    const result = await work(manager);
    await manager.query(`SELECT ${TAKE_ROLE}`);
    return result;
  }
}

/** The connection that a transaction has to itself. */
async function connectionOf({ queryRunner }: EntityManager): Promise<PoolClient> {
  if (queryRunner === undefined) throw new Error('A statement needs a transaction to be within.');
  return (await queryRunner.connect()) as PoolClient;
}
