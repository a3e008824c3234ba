import { Queue } from 'bullmq';

type AddBulk = Queue['addBulk'];

/**
 * Breaks the application for the harness to notice: BullMQ keeps jobs that have failed. A job that
 * an older build could not run then stands in the way of the same row's next try, for good.
 */
const honest: AddBulk = Reflect.get(Queue.prototype, 'addBulk');
Queue.prototype.addBulk = function keeping(this: Queue, jobs: Parameters<AddBulk>[0]) {
  const kept = jobs.map((job) => ({ ...job, opts: { ...job.opts, removeOnFail: false } }));
  return honest.call(this, kept);
} as AddBulk;
