import pg from 'pg';

/**
 * A pool whose connections may be lost at any moment. `pg` tells of a loss by an event that ends the
 * process where nobody listens, and between two statements nobody does: TypeORM listens while a
 * query runner has a connection, and not while it starts. Whoever uses the connection next finds out.
 */
export class GuardedPool extends pg.Pool {
  constructor(options?: pg.PoolConfig) {
    super(options);
    this.on('error', () => undefined);
    this.on('connect', (client) => client.on('error', () => undefined));
  }
}

/** The `pg` module as TypeORM takes it, with this pool. */
export const guardedDriver: typeof pg = Object.create(pg, { Pool: { value: GuardedPool } });
