import { Module } from '@nestjs/common';
import { FollowUpsModule } from '../follow-ups/follow-ups.module.js';
import { JoinAdminRepository } from './join-admin.repository.js';
import { JoinAdminController } from './join.admin-controller.js';
import { JoinAdminService } from './join.admin-service.js';

/** The admin side of join submissions. */
@Module({
  imports: [FollowUpsModule],
  controllers: [JoinAdminController],
  providers: [JoinAdminService, JoinAdminRepository],
})
export class JoinAdminModule {}
