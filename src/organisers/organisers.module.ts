import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AdminGuard } from './admin.guard.js';
import { AdminRoutes } from './admin-routes.js';
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
import { Passwords } from './passwords.js';
import { SessionsAdminController } from './sessions.admin-controller.js';
import { SessionsRepository } from './sessions.repository.js';
import { SessionsService } from './sessions.service.js';
import { SignInLimits } from './sign-in-limits.js';

/** Accounts, sessions and keys, and the guard that stands before every admin route of the application. */
@Module({
  imports: [
    DiscoveryModule,
    TypeOrmModule.forFeature([
      OrganiserEntity,
      OrganiserSessionEntity,
      OrganiserGrantEntity,
      ApiKeyEntity,
    ]),
  ],
  controllers: [SessionsAdminController, MeAdminController, ApiKeysAdminController],
  providers: [
    AdminRoutes,
    ApiKeysAdminRepository,
    ApiKeysAdminService,
    ApiKeysRepository,
    ApiKeysService,
    IdempotentCreation,
    IdempotentCreationRepository,
    MeRepository,
    MeService,
    Passwords,
    SessionsRepository,
    SessionsService,
    SignInLimits,
    { provide: APP_GUARD, useClass: AdminGuard },
  ],
  exports: [ApiKeysService],
})
export class OrganisersModule {}
