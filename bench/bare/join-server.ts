import { fastify } from 'fastify';
import { Pool } from 'pg';
import { rowsOfJoin, type BarePost, type BareUnit, type Row } from './join-rows.js';

/**
 * The ceiling: what Fastify and `pg` do at best with the rows of a join, in one named statement on a
 * pool of the application's size, as a superuser whom no policy binds. It checks nothing, matches
 * nobody, takes no lock and counts nothing.
 */
const { PORT = '', DATABASE_URL = '', DATABASE_POOL_SIZE = '' } = process.env;
const pool = new Pool({ connectionString: DATABASE_URL, max: Number(DATABASE_POOL_SIZE) });

/** One statement for all rows, with one `INSERT` for each table: `WITH w0 AS (INSERT …), … SELECT`. */
function statementOf(rows: readonly Row[]): string {
  const inserts = new Map<string, string[]>();
  let parameter = 0;
  for (const [table, columns] of rows) {
    const names = Object.keys(columns);
    const places = names.map(() => `$${(parameter += 1)}`);
    const into = `INSERT INTO ${table} (${names.join(', ')})`;
    inserts.set(into, [...(inserts.get(into) ?? []), `(${places.join(', ')})`]);
  }
  const steps = [...inserts].map(
    ([into, values], index) => `w${index} AS (${into} VALUES ${values.join(', ')})`,
  );
  return `WITH ${steps.join(', ')} SELECT 1`;
}

const units = await pool.query<BareUnit>(
  `SELECT id, parent_id AS "parentId" FROM unit WHERE kind = 'branch' ORDER BY slug`,
);
let turn = 0;
/** People belong to many branches here as there: the row of a single one would be locked by all. */
function nextUnit(): BareUnit {
  const unit = units.rows[turn++ % units.rows.length];
  if (unit === undefined) throw new Error('there is no branch in this database');
  return unit;
}

let text: string | undefined;
const server = fastify({ logger: false });
server.post<{ Body: BarePost }>('/v1/join', async (request, reply) => {
  const { answer, rows } = rowsOfJoin(request.body, nextUnit());
  text ??= statementOf(rows);
  const values = rows.flatMap(([, columns]) => Object.values(columns));
  await pool.query({ name: 'bare_join', text, values });
  return reply.code(201).send(answer);
});
server.get('/health/ready', async () => ({ status: 'ok' }));
server.get('/hello', async () => ({ hello: 'world' }));
await server.listen({ port: Number(PORT), host: '127.0.0.1' });

process.on('SIGTERM', () => process.exit(0));
