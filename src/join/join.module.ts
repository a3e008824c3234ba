import { Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AllocationModule } from '../allocation/allocation.module.js';
import { MovesModule } from '../allocation/moves/moves.module.js';
import { FollowUpsModule } from '../follow-ups/follow-ups.module.js';
import { MessagingModule } from '../messaging/messaging.module.js';
import { IdempotentCreation } from '../organisers/idempotent-creation.js';
import { IdempotentCreationRepository } from '../organisers/idempotent-creation.repository.js';
import { OrganisersModule } from '../organisers/organisers.module.js';
import { CorsPolicies } from '../platform/http/cors.js';
import { PostcodesModule } from '../postcodes/postcodes.module.js';
import { PagesModule } from '../platform/templates/pages.module.js';
import { UnitsModule } from '../units/units.module.js';
import { ConfirmationController } from './confirmation.controller.js';
import { ConfirmationLink } from './confirmation-link.js';
import { ConfirmationRepository } from './confirmation.repository.js';
import { ConfirmationService } from './confirmation.service.js';
import { JoinChallenge } from './challenge/join-challenge.js';
import { JoinChallengeController } from './challenge/join-challenge.controller.js';
import { JoinChallengeService } from './challenge/join-challenge.service.js';
import { FormDirectory } from './forms/form-directory.js';
import { FormDirectoryRepository } from './forms/form-directory.repository.js';
import { FormEntity } from './forms/form.entity.js';
import { FormsAdminController } from './forms/forms.admin-controller.js';
import { FormsAdminRepository } from './forms/forms-admin.repository.js';
import { FormsAdminService } from './forms/forms.admin-service.js';
import { formIdOfAddress } from './join-call.js';
import { JoinBatchEntity } from './intake/join-batch.entity.js';
import { JoinIntakeEntity } from './intake/join-intake.entity.js';
import { JoinController } from './join.controller.js';
import { JoinDrafts } from './join-drafts.js';
import { JoinForm } from './join-form.js';
import { JoinIntake } from './join-intake.js';
import { JoinLimits } from './join-limits.js';
import { JoinPageController } from './join-page.controller.js';
import { JoinPages } from './join-pages.js';
import { JoinRepository } from './join.repository.js';
import { JoinService } from './join.service.js';
import { JoinSubmissionEntity } from './join-submission.entity.js';
import { JoinSubmissionHandlingEntity } from './join-submission-handling.entity.js';

/** Taking joins: the public intake, forms and their pages, and the confirmation of addresses. */
@Module({
  imports: [
    TypeOrmModule.forFeature([
      JoinSubmissionEntity,
      JoinSubmissionHandlingEntity,
      FormEntity,
      JoinIntakeEntity,
      JoinBatchEntity,
    ]),
    AllocationModule,
    FollowUpsModule,
    MessagingModule,
    MovesModule,
    OrganisersModule,
    PagesModule,
    PostcodesModule,
    UnitsModule,
  ],
  controllers: [
    JoinChallengeController,
    JoinController,
    JoinPageController,
    ConfirmationController,
    FormsAdminController,
  ],
  providers: [
    ConfirmationLink,
    ConfirmationRepository,
    ConfirmationService,
    FormDirectory,
    FormDirectoryRepository,
    FormsAdminRepository,
    FormsAdminService,
    IdempotentCreation,
    IdempotentCreationRepository,
    JoinChallenge,
    JoinChallengeService,
    JoinDrafts,
    JoinForm,
    JoinIntake,
    JoinLimits,
    JoinPages,
    JoinRepository,
    JoinService,
  ],
  exports: [JoinDrafts],
})
export class JoinModule implements OnModuleInit {
  constructor(
    private readonly forms: FormDirectory,
    private readonly cors: CorsPolicies,
  ) {}

  onModuleInit(): void {
    this.cors.register('join-form', {
      // A preflight has no body: where its address names no form, any that allows the origin will do.
      origins: (origin, { url, headers }) => {
        const named = formIdOfAddress(url);
        const form = named === undefined ? undefined : this.forms.remembered(named);
        if (form !== undefined) return form.allows(origin, headers.host);
        return this.forms.anyAllows(origin, headers.host);
      },
    });
  }
}
