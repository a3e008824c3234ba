import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { startBenchCluster } from '../../bench/bench-cluster.js';
import { describeRound, freePorts, runKillRound } from './kill-round.js';

/**
 * The kill test as a program: any number of rounds, each with the next seed, on one backend.
 *
 *     npm run faults -- --rounds 20 --seed 1 --backend redis
 *
 * Ends with code 1 as soon as a round has a fault; its seed then repeats what the harness did (the
 * moments within the processes differ from run to run).
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    joins: { type: 'string', default: '500' },
    kills: { type: 'string', default: '3' },
    backend: { type: 'string', default: 'postgres' },
    sabotage: { type: 'string' },
    patience: { type: 'string', default: '150' },
  },
});

/** A Redis without persistence that ends with us. */
async function startRedisServer(): Promise<string> {
  const [port] = await freePorts();
  const given = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', '/tmp'];
  const server = spawn('redis-server', [...given, '--maxmemory-policy', 'noeviction'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => server.kill('SIGKILL'));
  // Its log says when it is ready; that is the only thing it is read for.
  for await (const text of server.stdout) {
    if (String(text).includes('Ready to accept connections')) break;
  }
  if (server.exitCode !== null) throw new Error('redis-server did not start');
  return `redis://127.0.0.1:${port}`;
}

const cluster = await startBenchCluster();
try {
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const database = await cluster.createDatabase(`faults_${round}`);
    const queueUrl = values.backend === 'redis' ? await startRedisServer() : undefined;
    const result = await runKillRound({
      seed: Number(values.seed) + round,
      joins: Number(values.joins),
      apiKills: Number(values.kills),
      workerKills: Number(values.kills),
      databaseUrl: database.url,
      ownerUrl: database.superuserUrl,
      queueUrl,
      quietMilliseconds: Number(values.patience) * 1000,
      ...(values.sabotage === undefined ? {} : { sabotage: values.sabotage }),
    });
    console.log(describeRound(values.backend, result));
    if (result.faults.length > 0) {
      console.error(result.faults.join('\n'));
      process.exitCode = 1;
      break;
    }
  }
} finally {
  await cluster.stop();
}
// A Redis of an earlier round still runs; it ends with us.
process.exit();
