import { Module } from '@nestjs/common';
import { SecurityNoticeComposer } from './messages/security-notice.composer.js';
import { SecurityNoticeRepository } from './messages/security-notice.repository.js';
import { ExpiredOpenIdSignInsRepository } from './openid/expired-openid-sign-ins.repository.js';

/** What the worker does for organisers' accounts. */
@Module({
  providers: [ExpiredOpenIdSignInsRepository, SecurityNoticeComposer, SecurityNoticeRepository],
})
export class OrganisersJobsModule {}
