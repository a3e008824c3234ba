import 'reflect-metadata';
import { SendMessageJob } from '../../../src/messaging/jobs/send-message.job.js';

type Perform = SendMessageJob['perform'];

const EVERY = 10;

/**
 * Breaks the application for the harness to notice: every tenth result of a mail that was taken is
 * forgotten. Its lease runs out, and the mail goes again, exactly as after a death.
 */
const honest: Perform = Reflect.get(SendMessageJob.prototype, 'perform');
let taken = 0;
SendMessageJob.prototype.perform = async function perform(plan) {
  await honest.call(this, plan);
  taken += 1;
  if (taken % EVERY === 0) await new Promise<never>(() => undefined);
};
