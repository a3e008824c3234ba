import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MessagingModule } from '../messaging/messaging.module.js';
import { IdempotentCreation } from '../organisers/idempotent-creation.js';
import { IdempotentCreationRepository } from '../organisers/idempotent-creation.repository.js';
import { OrganisersModule } from '../organisers/organisers.module.js';
import { PagesModule } from '../platform/templates/pages.module.js';
import { UnitsModule } from '../units/units.module.js';
import { AccountLinks } from './account-links.js';
import { OrganisersAdminController } from './administration/organisers.admin-controller.js';
import { OrganisersAdminRepository } from './administration/organisers-admin.repository.js';
import { OrganisersAdminService } from './administration/organisers.admin-service.js';
import { AcceptanceAdminController } from './invitations/acceptance.admin-controller.js';
import { AcceptanceRepository } from './invitations/acceptance.repository.js';
import { AcceptanceService } from './invitations/acceptance.service.js';
import { InvitationsAdminController } from './invitations/invitations.admin-controller.js';
import { InvitationsAdminRepository } from './invitations/invitations-admin.repository.js';
import { InvitationsAdminService } from './invitations/invitations.admin-service.js';
import { OrganiserInvitationEntity } from './invitations/organiser-invitation.entity.js';
import { AccountPagesController } from './pages/account-pages.controller.js';
import { AccountPagesService } from './pages/account-pages.service.js';
import { CredentialsRepository } from './passwords/credentials.repository.js';
import { NewPasswords } from './passwords/new-passwords.js';
import { OwnPasswordAdminController } from './passwords/own-password.admin-controller.js';
import { OwnPasswordService } from './passwords/own-password.service.js';
import { PasswordResetsAdminController } from './passwords/password-resets.admin-controller.js';
import { PasswordResetsService } from './passwords/password-resets.service.js';

/** How organisers come by an account and a password, and who administers accounts; in the API. */
@Module({
  imports: [
    TypeOrmModule.forFeature([OrganiserInvitationEntity]),
    MessagingModule,
    OrganisersModule,
    PagesModule,
    UnitsModule,
  ],
  controllers: [
    // Before the administration of accounts: `invitations` is no id.
    InvitationsAdminController,
    AcceptanceAdminController,
    OrganisersAdminController,
    OwnPasswordAdminController,
    PasswordResetsAdminController,
    AccountPagesController,
  ],
  providers: [
    AcceptanceRepository,
    AcceptanceService,
    AccountLinks,
    AccountPagesService,
    CredentialsRepository,
    IdempotentCreation,
    IdempotentCreationRepository,
    InvitationsAdminRepository,
    InvitationsAdminService,
    NewPasswords,
    OrganisersAdminRepository,
    OrganisersAdminService,
    OwnPasswordService,
    PasswordResetsService,
  ],
  exports: [AccountLinks],
})
export class AccountsModule {}
