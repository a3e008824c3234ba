import { OrganiserAccountsRepository } from '../../src/organisers/organiser-accounts.repository.js';
import { Passwords } from '../../src/organisers/passwords.js';
import { hashRecoveryCode } from '../../src/organisers/second-factor/recovery-codes.js';
import { SealedSecrets } from '../../src/organisers/second-factor/sealed-secrets.js';
import { loadConfiguration } from '../../src/platform/config/configuration.js';
import { ownerDataSource } from '../../src/platform/database/owner-data-source.js';
import { APP_SECRET, ORGANISERS_PASSWORD, RECOVERY_CODE } from './sensible-values.js';

/** Of each kind so many: proofs of an account are counted, and exempt networks with them. */
const HOW_MANY = 4;

/** How the second factor of an account stands. */
const KINDS = ['off', 'begun', 'on', 'to reset', 'forgetful'] as const;

/** An account that nobody is signed in as for anything else. */
export interface OwnAccount {
  readonly id: string;
  readonly email: string;
  readonly kind: (typeof KINDS)[number];
}

/**
 * Makes accounts without grants for what people do to their own account: whose password changes and
 * whose sessions end must not be who all the rest is asked as. Those with a second factor share the
 * secret of their app, and a recovery code.
 */
export async function makeOwnAccounts(
  ownerUrl: string,
  environment: Readonly<Record<string, string>>,
): Promise<OwnAccount[]> {
  const source = await ownerDataSource(ownerUrl);
  try {
    const repository = new OrganiserAccountsRepository(source.manager);
    const sealed = new SealedSecrets(loadConfiguration({}, environment));
    const passwordHash = await new Passwords().hash(ORGANISERS_PASSWORD);
    const accounts: OwnAccount[] = [];
    const kinds = KINDS.flatMap((kind) => Array.from({ length: HOW_MANY }, () => kind));
    for (const [index, kind] of kinds.entries()) {
      const email = `own.${index}@example.org`;
      const id = await repository.insertAccount({
        email,
        name: `Organiser ${index}`,
        passwordHash,
      });
      if (id === undefined) continue;
      accounts.push({ id, email, kind });
      const secret = sealed.seal(id, APP_SECRET.bytes);
      if (kind === 'begun') {
        await source.query(
          `INSERT INTO organiser_second_factor (organiser_id, pending_secret, pending_since)
           VALUES ($1, $2, clock_now())`,
          [id, secret],
        );
      }
      if (kind === 'on' || kind === 'to reset') {
        await source.query(
          `INSERT INTO organiser_second_factor (organiser_id, secret, on_since, last_step)
           VALUES ($1, $2, clock_now(), 0)`,
          [id, secret],
        );
        await source.query(
          'INSERT INTO organiser_recovery_code (organiser_id, code_hash) VALUES ($1, $2)',
          [id, hashRecoveryCode(RECOVERY_CODE)],
        );
      }
    }
    return accounts;
  } finally {
    await source.destroy();
  }
}
