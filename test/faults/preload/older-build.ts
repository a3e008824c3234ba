import 'reflect-metadata';
import { JobRegistry } from '../../../src/platform/queue/job-registry.js';

/**
 * Loaded into a worker before it starts: makes it a build from before a job was invented.
 * `FAULTS_UNKNOWN_JOB` is the job's name.
 */
const unknown = process.env['FAULTS_UNKNOWN_JOB'] ?? '';

const learn: (this: JobRegistry) => void = Reflect.get(JobRegistry.prototype, 'onModuleInit');
JobRegistry.prototype.onModuleInit = function forgetful(this: JobRegistry): void {
  learn.call(this);
  const jobs = Reflect.get(this, 'jobs') as Map<string, unknown>;
  if (!jobs.delete(unknown)) throw new Error(`there is no job ${unknown} to forget`);
};
