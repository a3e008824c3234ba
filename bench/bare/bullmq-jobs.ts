import { Queue, Worker } from 'bullmq';
import { loadConfiguration } from '../../src/platform/config/configuration.js';
import { connectionsFor } from '../../src/platform/queue/queue.module.js';
import { tellAtTheEnd } from '../told-at-the-end.js';

/**
 * The ceiling of jobs: BullMQ as its guide shows it, one `add` a job and a worker of the same
 * concurrency, on the connections that the application gives it. A job that a crash loses is lost.
 */
const jobs = Number(process.env['JOBS']);
const connections = connectionsFor(loadConfiguration());
const client = connections.forWorker();
const options = connections.options('notices');
let left = jobs;
let tellDone = (): void => undefined;
const done = new Promise<void>((resolve) => (tellDone = resolve));

const worker = new Worker(
  'notices',
  async () => {
    left -= 1;
    if (left === 0) tellDone();
  },
  { ...options, connection: client.connection, concurrency: 8 },
  connections.factory,
);
await worker.waitUntilReady();
const queue = new Queue(
  'notices',
  { ...options, connection: connections.forQueues() },
  connections.factory,
);
await queue.waitUntilReady();
await tellAtTheEnd({
  jobs,
  add: (index) =>
    queue.add('bench.nothing', { index }, { removeOnComplete: true, removeOnFail: true }),
  done,
});
await worker.close();
await queue.close();
process.exit();
