import 'reflect-metadata';
import { JoinRepository } from '../../../src/join/join.repository.js';
import { JobRunner } from '../../../src/platform/queue/job-runner.js';
import { QueueBackend } from '../../../src/platform/queue/queue-backend.js';
import { SmtpMailSender } from '../../../src/providers/mail/smtp.mail-sender.js';
import type { CrashPoint } from '../faults.js';

/**
 * Loaded into a process before it starts: kills it at an exact point, which no kill from outside
 * would hit. `FAULTS_CRASH` names the point and how often it is passed before, as `point:nth`.
 */
const [wanted, nth] = (process.env['FAULTS_CRASH'] ?? '').split(':');
let left = Number(nth);

function passing(point: CrashPoint): void {
  if (point !== wanted) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}

type Accept = JoinRepository['accept'];
const accept: Accept = Reflect.get(JoinRepository.prototype, 'accept');
JoinRepository.prototype.accept = async function crashing(this: JoinRepository, rows) {
  const outcome = await accept.call(this, rows);
  if (outcome.outcome === 'new') passing('api-after-commit');
  return outcome;
};

type Add = QueueBackend['add'];
const add: Add = Reflect.get(QueueBackend.prototype, 'add');
QueueBackend.prototype.add = async function crashing(this: QueueBackend, queue, jobs) {
  passing('relay-before-add');
  await add.call(this, queue, jobs);
  passing('relay-after-add');
};

type Send = SmtpMailSender['send'];
const send: Send = Reflect.get(SmtpMailSender.prototype, 'send');
SmtpMailSender.prototype.send = async function crashing(this: SmtpMailSender, mail, deadline) {
  passing('worker-before-send');
  const receipt = await send.call(this, mail, deadline);
  passing('worker-after-send');
  return receipt;
};

type Run = JobRunner['run'];
const run: Run = Reflect.get(JobRunner.prototype, 'run');
JobRunner.prototype.run = async function crashing(this: JobRunner, name, queued) {
  await run.call(this, name, queued);
  passing('worker-after-finish');
};
