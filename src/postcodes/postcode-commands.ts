import { type Command, InvalidArgumentError } from 'commander';
import type { EntityManager } from 'typeorm';
import { operatorSettings } from '../platform/config/operator-settings.js';
import { ownerDataSource } from '../platform/database/owner-data-source.js';
import { DownloadFailed } from '../providers/downloads/download-file.js';
import { PostcodeDatasetRefused } from './dataset/postcode-datasets.errors.js';
import { PostcodeDatasets } from './dataset/postcode-datasets.js';
import { onOneConnection } from './dataset/postcode-datasets.repository.js';
import { describeHeldBack, describeImport, describeVersions } from './describe-datasets.js';
import { removeAbandonedDownloads } from './importing/download-folder.js';
import { fetchRelease } from './importing/fetch-release.js';
import { ImportProgress } from './importing/import-progress.js';
import { PostcodeImportHeldBack } from './importing/import-held-back.js';
import { PostcodeImportRefused } from './importing/import-refused.js';
import { importRelease } from './importing/postcode-import.js';
import { openRelease, type ReleaseSource } from './importing/release-source.js';

/** The operator stopped the command; whatever it had begun is undone. */
export class PostcodeImportInterrupted extends Error {
  constructor() {
    super('Interrupted. The version in use is what it was.');
    this.name = 'PostcodeImportInterrupted';
  }
}

/** Faults of these commands that are told in words. */
export const POSTCODE_FAULTS = [
  PostcodeDatasetRefused,
  PostcodeImportRefused,
  PostcodeImportHeldBack,
  PostcodeImportInterrupted,
  DownloadFailed,
];

interface ImportFlags {
  keepCurrent?: boolean;
  mostBadRows: number;
}

/** Of any scheme: what cannot be fetched is refused as an address, and not looked for as a file. */
const ADDRESS = /^[a-z][a-z\d+.-]*:\/\//i;

type Print = (line: string) => void;

/** Adds `postcodes import, download, list, use, remove` to the operator's program. */
export function addPostcodeCommands(program: Command, print: Print): void {
  const postcodes = program.command('postcodes').description('The postcode reference data');
  // A killed download could not clear up itself.
  postcodes.hook('preAction', () => removeAbandonedDownloads());

  addImportOptions(postcodes.command('import'))
    .argument('<source>', 'a file (.csv, .zip, .csv.gz), a folder, or an address')
    .description(
      'Import ONSPD, NSPL or Code-Point Open as a new version, and let it answer; code 1 where it is kept only, having far fewer live postcodes than the one in use',
    )
    .action((source: string, flags: ImportFlags) => importFrom(source, flags, print));

  addImportOptions(postcodes.command('download'))
    .option('--url <address>', 'where to fetch it instead (CODE_POINT_OPEN_URL)')
    .description('Fetch Code-Point Open from Ordnance Survey and import it')
    .action((flags: ImportFlags & { url?: string }) =>
      importFrom(flags.url ?? operatorSettings().codePointOpenUrl, flags, print),
    );

  postcodes
    .command('list')
    .description('Show the versions that are kept, and which one answers')
    .action(async () => {
      const listed = await withOwner((owner) => new PostcodeDatasets(owner).list());
      for (const line of describeVersions(listed)) print(line);
    });

  postcodes
    .command('use')
    .argument('<version>', 'as postcodes list names it')
    .description('Let another version answer, at once and in every process')
    .action(async (version: string) => {
      const used = await withOwner((owner) => new PostcodeDatasets(owner).use(version));
      print(`${used.version} answers now.`);
    });

  postcodes
    .command('remove')
    .argument('<version>', 'as postcodes list names it; never the one in use')
    .description('Delete a version')
    .action(async (version: string) => {
      await withOwner((owner) => new PostcodeDatasets(owner).remove(version));
      print(`${version} is gone.`);
    });
}

function addImportOptions(command: Command): Command {
  return command
    .option('--keep-current', 'only load it; the version in use answers on')
    .option(
      '--most-bad-rows <percent>',
      'refuse the whole where more of its rows cannot be read',
      percent,
      1,
    );
}

async function importFrom(source: string, flags: ImportFlags, print: Print): Promise<void> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(new PostcodeImportInterrupted());
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const release = await releaseOf(source, stop.signal);
    const progress = new ImportProgress('Reading', process.stderr);
    try {
      const report = await withOwner((owner) =>
        importRelease(owner, release, {
          keepCurrent: flags.keepCurrent === true,
          mostBadRows: flags.mostBadRows,
          signal: stop.signal,
          onProgress: (bytes, of) => progress.show(bytes, of),
        }),
      ).finally(() => progress.end());
      for (const line of describeImport(report)) print(line);
      if (report.outcome === 'held_back') {
        throw new PostcodeImportHeldBack(describeHeldBack(report));
      }
    } finally {
      await release.close();
    }
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

async function releaseOf(source: string, signal: AbortSignal): Promise<ReleaseSource> {
  if (!ADDRESS.test(source)) return openRelease(source);
  const progress = new ImportProgress('Fetching', process.stderr);
  return fetchRelease(source, {
    signal,
    onProgress: (bytes, of) => progress.show(bytes, of),
  }).finally(() => progress.end());
}

/** Runs something on one connection as the owner, and closes it. */
async function withOwner<Result>(work: (owner: EntityManager) => Promise<Result>): Promise<Result> {
  const source = await ownerDataSource(operatorSettings().ownerUrl);
  try {
    return await onOneConnection(source, work);
  } finally {
    await source.destroy();
  }
}

function percent(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !(number >= 0 && number <= 100)) {
    throw new InvalidArgumentError('It has to be a number from 0 to 100.');
  }
  return number;
}
