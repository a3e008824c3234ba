import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command, CommanderError } from 'commander';
import { addAuditCommands } from './audit/audit-commands.js';
import { AuditTrailBroken } from './audit/audit.errors.js';
import { OrganiserExists, OrganiserRefused } from './organisers/organiser-accounts.errors.js';
import { addOpenIdCommands } from './organisers/openid/openid-commands.js';
import { type EndedSessions, OrganiserAccounts } from './organisers/organiser-accounts.js';
import { ROLES } from './organisers/permissions.js';
import { addSecondFactorCommands } from './organisers/second-factor/second-factor-commands.js';
import { ConfigurationError } from './platform/config/configuration.js';
import { operatorSettings } from './platform/config/operator-settings.js';
import { ownerDataSource } from './platform/database/owner-data-source.js';
import { addPostcodeCommands, POSTCODE_FAULTS } from './postcodes/postcode-commands.js';
import { importOrganisation, OrganisationFileError } from './units/organisation-import.js';

/** Faults that the operator can mend: told in words, without a stack. */
const OPERATORS_FAULTS = [
  AuditTrailBroken,
  ConfigurationError,
  OrganisationFileError,
  OrganiserExists,
  OrganiserRefused,
  ...POSTCODE_FAULTS,
];

const program = new Command('branchline')
  .description(
    'Operator commands. They sign in with DATABASE_OWNER_URL (else DATABASE_URL, else where npm start runs on DATA_DIR).',
  )
  .exitOverride()
  .showHelpAfterError();

const database = program.command('database').description('The database');

database
  .command('migrate')
  .description(
    'Bring the database to this build: roles, tables, policies, the queue’s schema. With APP_DATABASE_PASSWORD the application’s role may sign in with it.',
  )
  .action(async () => {
    const { migrateDatabase } = await import('./database-upkeep.js');
    const ran = await migrateDatabase();
    console.log(ran.length === 0 ? 'The database is up to date.' : `Ran ${ran.join(', ')}.`);
  });

database
  .command('check')
  .description('Say where the database differs from what this build expects; code 1 if it does')
  .action(async () => {
    const { databaseDrift } = await import('./database-upkeep.js');
    const drift = await databaseDrift();
    for (const line of drift) console.error(line);
    if (drift.length > 0) process.exit(1);
    console.log('The database is what this build expects.');
  });

program
  .command('organisation')
  .description('The organisation: national office, regions, branches, coverage')
  .command('import')
  .argument('<file>', 'JSON in the form of data/demo-organisation.json')
  .description(
    'Check the file whole, then bring units and coverage rules to what it says, also where organisers have changed them since',
  )
  .action(async (file: string) => {
    const source = await ownerDataSource(operatorSettings().ownerUrl);
    try {
      const report = await importOrganisation(
        source.manager,
        parsedFile(await readFile(file, 'utf8')),
      );
      console.log(
        `${report.unitsChanged} units new or changed, ${report.rulesAdded} coverage rules added, ${report.rulesRemoved} removed.`,
      );
      if (report.notInFile.length > 0) {
        console.log(`Kept although not in the file: ${report.notInFile.join(', ')}.`);
      }
    } finally {
      await source.destroy();
    }
  });

const organiser = program.command('organiser').description('Accounts of organisers');

organiser
  .command('create')
  .requiredOption('--email <address>', 'what they sign in with')
  .requiredOption('--name <name>', 'how others see them')
  .requiredOption('--role <role>', ROLES.join(', '))
  .option('--unit <slug>', 'region or branch; none: the national office')
  .description('Make an account with a grant; the password is read from standard input')
  .action(async (options: { email: string; name: string; role: string; unit?: string }) => {
    const { unit, ...account } = options;
    const password = await typedPassword();
    const made = await withAccounts((accounts) =>
      accounts.create({ ...account, unitSlug: unit, password }),
    );
    console.log(`${made.email} is ${made.role} of ${made.unit.name}.`);
  });

organiser
  .command('disable')
  .requiredOption('--email <address>', 'what they sign in with')
  .description('Close an account: no sign-in from now on, and its sessions end at once')
  .action(async (options: { email: string }) => {
    const ended = await withAccounts((accounts) => accounts.disable(options.email));
    console.log(`${ended.email} is disabled. ${sessionsEnded(ended)}`);
  });

organiser
  .command('enable')
  .requiredOption('--email <address>', 'what they sign in with')
  .description('Open an account that was disabled')
  .action(async (options: { email: string }) => {
    const { email } = await withAccounts((accounts) => accounts.enable(options.email));
    console.log(`${email} may sign in.`);
  });

organiser
  .command('set-password')
  .requiredOption('--email <address>', 'what they sign in with')
  .description('Give an account the password from standard input; its sessions end at once')
  .action(async (options: { email: string }) => {
    const password = await typedPassword();
    const ended = await withAccounts((accounts) => accounts.setPassword(options.email, password));
    console.log(`${ended.email} has a new password. ${sessionsEnded(ended)}`);
  });

organiser
  .command('sign-out')
  .requiredOption('--email <address>', 'what they sign in with')
  .description('End the sessions of an account at once; it may sign in again')
  .action(async (options: { email: string }) => {
    const ended = await withAccounts((accounts) => accounts.signOut(options.email));
    console.log(`${ended.email} is signed out. ${sessionsEnded(ended)}`);
  });

addOpenIdCommands(organiser, (line) => console.log(line));
addSecondFactorCommands(organiser, (line) => console.log(line));
addPostcodeCommands(program, (line) => console.log(line));
addAuditCommands(program, (line) => console.log(line));

/** Runs something with the accounts as the owner, and closes the connection. */
async function withAccounts<Result>(
  work: (accounts: OrganiserAccounts) => Promise<Result>,
): Promise<Result> {
  const source = await ownerDataSource(operatorSettings().ownerUrl);
  try {
    return await work(new OrganiserAccounts(source.manager));
  } finally {
    await source.destroy();
  }
}

/** Standard input without the end of its last line. */
async function typedPassword(): Promise<string> {
  return (await text(process.stdin)).replace(/\r?\n$/, '');
}

function sessionsEnded({ sessions }: EndedSessions): string {
  return `Sessions ended: ${sessions}.`;
}

function parsedFile(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new OrganisationFileError([`It is not JSON: ${(error as Error).message}`]);
  }
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode);
  const isTheirs =
    OPERATORS_FAULTS.some((fault) => error instanceof fault) ||
    // A file that is not there, or a server that is not running: told by its own words.
    (error as NodeJS.ErrnoException).syscall !== undefined;
  console.error(isTheirs ? (error as Error).message : error);
  process.exit(1);
}
