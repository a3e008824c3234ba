import { PostcodeImportRefused } from './import-refused.js';

/** A file of a release, by its path inside the folder or archive. */
export interface NamedFile {
  readonly path: string;
  readonly bytes: number;
}

/** Code-Point Open: one file an area, `ab.csv`. */
const AREA_FILE = /^[a-z]{1,2}\.csv$/i;
/** ONSPD and NSPL repeat themselves here, cut into areas. */
const REPEATED = /(?:^|\/)multi_csv\//i;
/** Names of codes, user guides, what Mac OS adds: CSV too, but no postcodes. */
const NO_DATA = /(?:^|\/)(?:doc|docs|documents|documentation|user guide|__macosx)\/|(?:^|\/)\./i;
const HEADINGS = /column_headers\.csv$/i;
const METADATA = /(?:^|\/)doc\/metadata\.txt$/i;
/** A sentence is no list. */
const MOST_NAMED = 5;

/**
 * Which files of a folder or archive hold the postcodes: the area files of Code-Point Open, or the
 * one whole file of ONSPD and NSPL, or its parts where only they are there.
 *
 * @throws PostcodeImportRefused where it could be one or another: they are named.
 */
export function dataFiles<File extends NamedFile>(files: readonly File[]): File[] {
  const found = files
    .filter(({ path }) => /\.csv$/i.test(path) && !NO_DATA.test(path) && !HEADINGS.test(path))
    .sort((one, other) => compare(one.path, other.path));
  const whole = found.filter(({ path }) => !REPEATED.test(path));
  const parts = whole.length > 0 ? whole : found;
  refuseSeveral(oneOfEach(parts, whole.length > 0 ? releaseOfWhole : releaseOfPart));
  refuseSeveral(twoOfOneName(parts));
  return parts;
}

/** Files of one release have this in common: a whole file is one by itself. */
function releaseOfWhole({ path }: NamedFile): string {
  return AREA_FILE.test(baseName(path)) ? 'areas' : path;
}

function releaseOfPart({ path }: NamedFile): string {
  return editionInName(baseName(path)) ?? '';
}

function oneOfEach<File extends NamedFile>(
  files: readonly File[],
  release: (file: NamedFile) => string,
): File[] {
  const first = new Map<string, File>();
  for (const file of files) if (!first.has(release(file))) first.set(release(file), file);
  return [...first.values()];
}

/** Two files for one and the same area, if there are such. */
function twoOfOneName<File extends NamedFile>(files: readonly File[]): File[] {
  const seen = new Map<string, File>();
  for (const file of files) {
    const name = baseName(file.path).toLowerCase();
    const other = seen.get(name);
    if (other !== undefined) return [other, file];
    seen.set(name, file);
  }
  return [];
}

function refuseSeveral(candidates: readonly NamedFile[]): void {
  if (candidates.length < 2) return;
  const named = candidates.slice(0, MOST_NAMED).map(({ path }) => path);
  const left = candidates.length - named.length;
  const more = left > 0 ? ` (and ${left} more)` : '';
  throw new PostcodeImportRefused(
    `It is not clear which of these is meant: ${named.join(' or ')}${more}: give the file itself, or a folder with one release.`,
  );
}

/** The file in which Code-Point Open names its columns. */
export function headingsFile<File extends NamedFile>(files: readonly File[]): File | undefined {
  return files.find(({ path }) => HEADINGS.test(path));
}

/** The file in which Code-Point Open says of what day it is. */
export function metadataFile<File extends NamedFile>(files: readonly File[]): File | undefined {
  return files.find(({ path }) => METADATA.test(path));
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const MONTH_AND_YEAR =
  /(?:^|[^a-z])(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[ _-]?(20\d\d)/i;
const YEAR_AND_MONTH = /(20\d\d)[-_ .](0[1-9]|1[0-2])(?!\d)/;

/** The month of a release, `YYYY-MM`, from the name of a file such as `ONSPD_NOV_2025_UK.csv`. */
export function editionInName(name: string): string | undefined {
  const words = MONTH_AND_YEAR.exec(name);
  if (words) {
    const month = MONTHS.indexOf((words[1] ?? '').toLowerCase()) + 1;
    return `${words[2]}-${String(month).padStart(2, '0')}`;
  }
  const numbers = YEAR_AND_MONTH.exec(name);
  return numbers ? `${numbers[1]}-${numbers[2]}` : undefined;
}

/** The same from the `metadata.txt` of Code-Point Open. */
export function editionInMetadata(text: string): string | undefined {
  const found = /COPYRIGHT DATE\W{1,5}(20\d\d)-?(0[1-9]|1[0-2])/i.exec(text);
  return found ? `${found[1]}-${found[2]}` : undefined;
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
