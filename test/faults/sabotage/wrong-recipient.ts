import 'reflect-metadata';
import { DutyNotices } from '../../../src/follow-ups/duty-notices.js';

type Compose = DutyNotices['compose'];

/**
 * Breaks the application for the harness to notice: notices go to a mailbox of somebody who has
 * nothing to do with the duty. All else about them is right.
 */
const honest: Compose = Reflect.get(DutyNotices.prototype, 'compose');
DutyNotices.prototype.compose = async function compose(manager, message) {
  const composed = await honest.call(this, manager, message);
  return composed && { ...composed, to: { channel: 'email', address: 'hull@example.org' } };
};
