import { Module } from '@nestjs/common';
import { AccountLinks } from './account-links.js';
import { ExpiredAccountRowsRepository } from './expired-account-rows.repository.js';
import { AcceptanceRepository } from './invitations/acceptance.repository.js';
import { InvitationComposer } from './invitations/invitation.composer.js';
import { CredentialsRepository } from './passwords/credentials.repository.js';
import { PasswordResetComposer } from './passwords/password-reset.composer.js';

/** The mails about organisers' accounts, in the worker. */
@Module({
  providers: [
    AcceptanceRepository,
    AccountLinks,
    CredentialsRepository,
    ExpiredAccountRowsRepository,
    InvitationComposer,
    PasswordResetComposer,
  ],
})
export class AccountsJobsModule {}
