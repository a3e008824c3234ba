import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AdminGuard } from './admin.guard.js';
import { AdminRoutes } from './admin-routes.js';
import { GrantsAdminController } from './grants.admin-controller.js';
import { GrantsAdminRepository } from './grants-admin.repository.js';
import { GrantsAdminService } from './grants.admin-service.js';
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

/** Accounts and sessions, and the guard that stands before every admin route of the application. */
@Module({
  imports: [
    DiscoveryModule,
    TypeOrmModule.forFeature([OrganiserEntity, OrganiserSessionEntity, OrganiserGrantEntity]),
  ],
  controllers: [SessionsAdminController, MeAdminController, GrantsAdminController],
  providers: [
    AdminRoutes,
    GrantsAdminRepository,
    GrantsAdminService,
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
})
export class OrganisersModule {}
