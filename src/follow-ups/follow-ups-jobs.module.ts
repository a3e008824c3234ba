import { Module } from '@nestjs/common';
import { DutyNotices } from './duty-notices.js';
import { FollowUpsModule } from './follow-ups.module.js';
import { RemindJob } from './jobs/remind.job.js';
import { NoticeComposer } from './notice.composer.js';
import { ReminderComposer } from './reminder.composer.js';

/** Notices and reminders, in the worker. */
@Module({
  imports: [FollowUpsModule],
  providers: [DutyNotices, NoticeComposer, RemindJob, ReminderComposer],
})
export class FollowUpsJobsModule {}
