import { Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AllocationModule } from '../allocation/allocation.module.js';
import { MovesModule } from '../allocation/moves/moves.module.js';
import { FollowUpsModule } from '../follow-ups/follow-ups.module.js';
import { MessagingModule } from '../messaging/messaging.module.js';
import { CorsPolicies } from '../platform/http/cors.js';
import { PostcodesModule } from '../postcodes/postcodes.module.js';
import { PagesModule } from '../platform/templates/pages.module.js';
import { UnitsModule } from '../units/units.module.js';
import { ConfirmationController } from './confirmation.controller.js';
import { ConfirmationLink } from './confirmation-link.js';
import { ConfirmationRepository } from './confirmation.repository.js';
import { ConfirmationService } from './confirmation.service.js';
import { JoinBatchEntity } from './intake/join-batch.entity.js';
import { JoinIntakeEntity } from './intake/join-intake.entity.js';
import { JoinController } from './join.controller.js';
import { JoinDrafts } from './join-drafts.js';
import { JoinForm } from './join-form.js';
import { JoinPageController } from './join-page.controller.js';
import { JoinPages } from './join-pages.js';
import { JoinRepository } from './join.repository.js';
import { JoinService } from './join.service.js';
import { JoinSubmissionEntity } from './join-submission.entity.js';
import { JoinSubmissionHandlingEntity } from './join-submission-handling.entity.js';

/** Taking joins: the public intake, the hosted form, and the confirmation of addresses. */
@Module({
  imports: [
    TypeOrmModule.forFeature([
      JoinSubmissionEntity,
      JoinSubmissionHandlingEntity,
      JoinIntakeEntity,
      JoinBatchEntity,
    ]),
    AllocationModule,
    FollowUpsModule,
    MessagingModule,
    MovesModule,
    PagesModule,
    PostcodesModule,
    UnitsModule,
  ],
  controllers: [JoinController, JoinPageController, ConfirmationController],
  providers: [
    ConfirmationLink,
    ConfirmationRepository,
    ConfirmationService,
    JoinDrafts,
    JoinForm,
    JoinPages,
    JoinRepository,
    JoinService,
  ],
  exports: [JoinDrafts],
})
export class JoinModule implements OnModuleInit {
  constructor(
    private readonly form: JoinForm,
    private readonly cors: CorsPolicies,
  ) {}

  onModuleInit(): void {
    this.cors.register('join-form', {
      origins: (origin, request) => this.form.allows(origin, request.headers.host),
    });
  }
}
