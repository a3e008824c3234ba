import { Module } from '@nestjs/common';
import { SecurityNoticeComposer } from './messages/security-notice.composer.js';
import { SecurityNoticeRepository } from './messages/security-notice.repository.js';

/** What the worker does for organisers' accounts. */
@Module({ providers: [SecurityNoticeComposer, SecurityNoticeRepository] })
export class OrganisersJobsModule {}
