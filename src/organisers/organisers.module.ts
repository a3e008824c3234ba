import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AdminGuard } from './admin.guard.js';
import { AdminRoutes } from './admin-routes.js';
import { GrantsAdminController } from './grants.admin-controller.js';
import { GrantsAdminRepository } from './grants-admin.repository.js';
import { GrantsAdminService } from './grants.admin-service.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { ApiKeysAdminController } from './api-keys.admin-controller.js';
import { ApiKeysAdminRepository } from './api-keys-admin.repository.js';
import { ApiKeysAdminService } from './api-keys.admin-service.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { ApiKeysService } from './api-keys.service.js';
import { IdempotentCreation } from './idempotent-creation.js';
import { IdempotentCreationRepository } from './idempotent-creation.repository.js';
import { MeAdminController } from './me.admin-controller.js';
import { MeRepository } from './me.repository.js';
import { MeService } from './me.service.js';
import { OrganiserGrantEntity } from './organiser-grant.entity.js';
import { OrganiserSessionEntity } from './organiser-session.entity.js';
import { OrganiserEntity } from './organiser.entity.js';
import { PasswordRules } from './password-rules.js';
import { MessagingModule } from '../messaging/messaging.module.js';
import { SecurityNotices } from './messages/security-notices.js';
import { OpenIdAdminController } from './openid/openid.admin-controller.js';
import { OpenIdAttempts } from './openid/openid-attempts.js';
import { OpenIdIdentityEntity } from './openid/openid-identity.entity.js';
import { OpenIdPages } from './openid/openid-pages.js';
import { OpenIdSignInEntity } from './openid/openid-sign-in.entity.js';
import { OpenIdSignInRepository } from './openid/openid-sign-in.repository.js';
import { OpenIdSignInService } from './openid/openid-sign-in.service.js';
import { PagesModule } from '../platform/templates/pages.module.js';
import { OpenIdProvider } from '../providers/openid/openid-provider.js';
import { Passwords } from './passwords.js';
import { RecoveryCodeEntity } from './second-factor/recovery-code.entity.js';
import { SealedSecrets } from './second-factor/sealed-secrets.js';
import { SecondFactorAdminController } from './second-factor/second-factor.admin-controller.js';
import { SecondFactorCheck } from './second-factor/second-factor-check.js';
import { SecondFactorEntity } from './second-factor/second-factor.entity.js';
import { SecondFactorPolicy } from './second-factor/second-factor-policy.js';
import { SecondFactorRepository } from './second-factor/second-factor.repository.js';
import { SecondFactorResetAdminController } from './second-factor/second-factor-reset.admin-controller.js';
import { SecondFactorResetRepository } from './second-factor/second-factor-reset.repository.js';
import { SecondFactorResetService } from './second-factor/second-factor-reset.service.js';
import { SecondFactorService } from './second-factor/second-factor.service.js';
import { SessionOpening } from './session-opening.js';
import { SessionsAdminController } from './sessions.admin-controller.js';
import { SessionsRepository } from './sessions.repository.js';
import { SessionsService } from './sessions.service.js';
import { SignInLimits } from './sign-in-limits.js';
import { SignInRefusals } from './sign-in-refusals.js';

/** Accounts, sessions and keys, and the guard that stands before every admin route of the application. */
@Module({
  imports: [
    DiscoveryModule,
    MessagingModule,
    PagesModule,
    TypeOrmModule.forFeature([
      OrganiserEntity,
      OrganiserSessionEntity,
      OrganiserGrantEntity,
      ApiKeyEntity,
      SecondFactorEntity,
      RecoveryCodeEntity,
      OpenIdIdentityEntity,
      OpenIdSignInEntity,
    ]),
  ],
  controllers: [
    SessionsAdminController,
    MeAdminController,
    GrantsAdminController,
    ApiKeysAdminController,
    SecondFactorAdminController,
    SecondFactorResetAdminController,
    OpenIdAdminController,
  ],
  providers: [
    AdminRoutes,
    ApiKeysAdminRepository,
    ApiKeysAdminService,
    ApiKeysRepository,
    ApiKeysService,
    GrantsAdminRepository,
    GrantsAdminService,
    IdempotentCreation,
    IdempotentCreationRepository,
    MeRepository,
    MeService,
    PasswordRules,
    OpenIdAttempts,
    OpenIdPages,
    OpenIdProvider,
    OpenIdSignInRepository,
    OpenIdSignInService,
    Passwords,
    SealedSecrets,
    SecondFactorCheck,
    SecondFactorPolicy,
    SecondFactorRepository,
    SecondFactorResetRepository,
    SecondFactorResetService,
    SecondFactorService,
    SecurityNotices,
    SessionOpening,
    SessionsRepository,
    SessionsService,
    SignInLimits,
    SignInRefusals,
    { provide: APP_GUARD, useClass: AdminGuard },
  ],
  exports: [ApiKeysService, PasswordRules, Passwords, SecurityNotices, SignInLimits],
})
export class OrganisersModule {}
