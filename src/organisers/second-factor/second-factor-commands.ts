import type { Command } from 'commander';
import type { EntityManager } from 'typeorm';
import { recordCommand } from '../../audit/audit.js';
import { operatorSettings } from '../../platform/config/operator-settings.js';
import { ownerDataSource } from '../../platform/database/owner-data-source.js';
import { OrganiserRefused, OrganiserUnknown } from '../organiser-accounts.errors.js';
import { OrganiserAccountsRepository } from '../organiser-accounts.repository.js';
import { SecondFactorOwnerRepository } from './second-factor-owner.repository.js';

/** Adds `reset-second-factor` to the operator's commands for accounts. */
export function addSecondFactorCommands(organiser: Command, print: (line: string) => void): void {
  organiser
    .command('reset-second-factor')
    .requiredOption('--email <address>', 'what they sign in with')
    .description(
      'Take away a second factor that is lost; sessions end at once, and the account is told by mail',
    )
    .action(async ({ email }: { email: string }) => {
      const { ownerUrl, mailFrom } = operatorSettings();
      const source = await ownerDataSource(ownerUrl);
      try {
        const address = email.trim().toLowerCase();
        const sessions = await resetSecondFactor(source.manager, address, mailFrom);
        print(`${address} has no second factor any more. Sessions ended: ${sessions}.`);
      } finally {
        await source.destroy();
      }
    });
}

/** @returns how many sessions ended. @throws OrganiserUnknown; OrganiserRefused where none is on. */
function resetSecondFactor(owner: EntityManager, email: string, mailFrom: string): Promise<number> {
  return owner.transaction(async (manager) => {
    const accounts = new OrganiserAccountsRepository(manager);
    const factors = new SecondFactorOwnerRepository(manager);
    const id = await accounts.lockAccount(email);
    if (id === undefined) throw new OrganiserUnknown(email);
    if (!(await factors.remove(id))) throw new OrganiserRefused([`${email} has no second factor.`]);
    const sessions = await accounts.endSessions(id);
    await recordCommand(manager, 'second_factor.reset', 'organiser', id);
    await factors.tell(id, mailFrom);
    return sessions;
  });
}
