import 'reflect-metadata';
import { JoinService } from '../../../src/join/join.service.js';
import { unavailable } from '../../../src/platform/http/standard-problems.js';

type Accept = JoinService['accept'];

const EVERY = 10;

/**
 * Breaks the application for the harness to notice: every tenth join is told to come again in a
 * moment, with nothing wrong. It is posted again and taken, and nothing is lost.
 */
const honest: Accept = Reflect.get(JoinService.prototype, 'accept');
let posted = 0;
JoinService.prototype.accept = async function accept(input, receipt) {
  posted += 1;
  if (posted % EVERY === 0) throw unavailable(1);
  return honest.call(this, input, receipt);
};
