import type { EntityManager } from 'typeorm';
import { HandlesJob, type InsideHandler } from '../../platform/queue/job.js';
import { FollowUpsService } from '../follow-ups.service.js';
import { remindFollowUp } from '../remind.definition.js';

type RemindData = {
  readonly followUpId: string;
  readonly assignment: number;
  readonly again: boolean;
};

/**
 * Reminds whoever has a duty that is about to be late. Made together with the duty and never taken
 * back: a job that finds the duty closed, or with somebody else, stops quietly.
 *
 * Queue: reminders. Business key, on the message: `follow_up_reminder:<follow-up>:<assignment>`.
 */
@HandlesJob(remindFollowUp)
export class RemindJob implements InsideHandler<RemindData> {
  constructor(private readonly followUps: FollowUpsService) {}

  handle(manager: EntityManager, data: RemindData): Promise<void> {
    return this.followUps.remind(manager, data);
  }
}
