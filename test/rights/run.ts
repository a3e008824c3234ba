import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { Client } from 'pg';
import { startBenchCluster } from '../../bench/bench-cluster.js';
import { faultsIn, prepareChecks } from './check-world.js';
import { worlds } from './world.js';

/**
 * Random worlds of rights as a program, see README.md beside it:
 *
 *     npm run soak -- rights --worlds 10000 --seed 1
 *     npm run soak -- rights --seed 1003 --path 17:0:2
 *
 * Ends with code 1 where PostgreSQL and the model differ, and shows the smallest world in which they do.
 */

/** So many worlds are drawn from one seed. */
const LEG = 500;

const { values } = parseArgs({
  options: {
    worlds: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    /** As it was told with a fault: draws that world alone. */
    path: { type: 'string' },
    /** Databases that are asked at the same time. */
    lanes: { type: 'string', default: '4' },
  },
});
const { path } = values;
const wanted = path === undefined ? Number(values.worlds) : 1;
const legs = Array.from({ length: Math.ceil(wanted / LEG) }, (_one, leg) => ({
  seed: Number(values.seed) + leg,
  worlds: Math.min(LEG, wanted - leg * LEG),
}));

const cluster = await startBenchCluster();
const started = performance.now();
const seconds = (): number => Math.round((performance.now() - started) / 1000);
let asked = 0;
let viewed = 0;
try {
  await Promise.all(
    Array.from({ length: Math.min(Number(values.lanes), legs.length) }, async (_one, lane) => {
      const database = await cluster.createDatabase(`rights_${lane}`);
      await clearOrganisation(database);
      const connection = new Client({ connectionString: database.superuserUrl });
      await connection.connect();
      await prepareChecks(connection);
      for (let leg = legs.shift(); leg !== undefined; leg = legs.shift()) {
        await runLeg(connection, leg);
      }
      await connection.end();
    }),
  );
} finally {
  await cluster.stop();
}
console.log(
  `${asked} worlds, through ${viewed} pairs of eyes, in ${seconds()} s${process.exitCode === 1 ? '' : ': PostgreSQL and the model agree'}.`,
);

async function runLeg(
  connection: Client,
  { seed, worlds: count }: { readonly seed: number; readonly worlds: number },
): Promise<void> {
  let drawn = 0;
  const property = fc.asyncProperty(worlds, async (world) => {
    const { faults, viewers } = await faultsIn(connection, world);
    drawn += 1;
    viewed += viewers;
    if (faults.length > 0) throw new Error(faults.join('\n'));
  });
  const found = await fc.check(property, {
    seed,
    numRuns: count,
    ...(path === undefined ? {} : { path }),
  });
  asked += drawn;
  if (found.failed) {
    process.exitCode = 1;
    legs.length = 0;
    console.error(JSON.stringify(found.counterexample?.[0], null, 2));
    console.error(found.errorInstance instanceof Error ? found.errorInstance.message : '');
    console.error(
      `Once more: npm run soak -- rights --seed ${seed} --path ${found.counterexamplePath}`,
    );
    return;
  }
  console.log(`Seed ${seed}: ${count} worlds agree (${asked} in ${seconds()} s).`);
}

/** The cluster's databases hold the demo organisation and a record of its making; a world brings its own. */
async function clearOrganisation(database: {
  sql: (text: string) => Promise<object[]>;
}): Promise<void> {
  await database.sql(`
    TRUNCATE unit CASCADE;
    SET session_replication_role = replica;
    TRUNCATE audit_event, audit_unsealed, audit_seal;
    RESET session_replication_role`);
}
