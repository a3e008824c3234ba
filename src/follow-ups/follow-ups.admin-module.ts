import { Module } from '@nestjs/common';
import { FollowUpsAdminController } from './follow-ups.admin-controller.js';
import { FollowUpsAdminService } from './follow-ups.admin-service.js';
import { FollowUpsAdminRepository } from './follow-ups-admin.repository.js';
import { FollowUpsModule } from './follow-ups.module.js';

/** The admin side of follow-ups. */
@Module({
  imports: [FollowUpsModule],
  controllers: [FollowUpsAdminController],
  providers: [FollowUpsAdminService, FollowUpsAdminRepository],
})
export class FollowUpsAdminModule {}
