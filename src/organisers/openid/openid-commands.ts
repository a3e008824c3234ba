import type { Command } from 'commander';
import type { EntityManager } from 'typeorm';
import { recordCommand } from '../../audit/audit.js';
import { operatorSettings } from '../../platform/config/operator-settings.js';
import { ownerDataSource } from '../../platform/database/owner-data-source.js';
import { OrganiserRefused, OrganiserUnknown } from '../organiser-accounts.errors.js';
import { OrganiserAccountsRepository } from '../organiser-accounts.repository.js';
import { OpenIdOwnerRepository } from './openid-owner.repository.js';

/** Adds `unlink-openid` to the operator's commands for accounts. */
export function addOpenIdCommands(organiser: Command, print: (line: string) => void): void {
  organiser
    .command('unlink-openid')
    .requiredOption('--email <address>', 'what they sign in with')
    .description(
      'Part an account from whoever signs in to it by the provider of identities; sessions end at once',
    )
    .action(async ({ email }: { email: string }) => {
      const source = await ownerDataSource(operatorSettings().ownerUrl);
      try {
        const address = email.trim().toLowerCase();
        const sessions = await unlink(source.manager, address);
        print(`${address} is no longer opened by the provider. Sessions ended: ${sessions}.`);
      } finally {
        await source.destroy();
      }
    });
}

/** @returns how many sessions ended. @throws OrganiserUnknown; OrganiserRefused where none is linked. */
function unlink(owner: EntityManager, email: string): Promise<number> {
  return owner.transaction(async (manager) => {
    const accounts = new OrganiserAccountsRepository(manager);
    const id = await accounts.lockAccount(email);
    if (id === undefined) throw new OrganiserUnknown(email);
    if ((await new OpenIdOwnerRepository(manager).unlink(id)) === 0) {
      throw new OrganiserRefused([`${email} is not opened by the provider of identities.`]);
    }
    const sessions = await accounts.endSessions(id);
    await recordCommand(manager, 'organiser.openid_unlinked', 'organiser', id);
    return sessions;
  });
}
