import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder for one test's releases. */
export interface ReleaseFolder {
  readonly path: string;
  /** Writes a file into it. @returns its path. */
  write(name: string, content: string | Buffer): Promise<string>;
  remove(): Promise<void>;
}

export async function makeReleaseFolder(): Promise<ReleaseFolder> {
  const path = await mkdtemp(join(tmpdir(), 'branchline-release-'));
  return {
    path,
    write: async (name, content) => {
      const file = join(path, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
      return file;
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

/** A row of ONSPD, by the columns that are read; what is left out is empty. */
export interface OnspdRow {
  readonly pcds: string;
  readonly dointr?: string;
  readonly doterm?: string;
  readonly oslaua?: string;
  readonly osward?: string;
  readonly oseast1m?: string;
  readonly osnrth1m?: string;
  readonly osgrdind?: string;
  readonly ctry?: string;
  readonly pcon?: string;
  readonly lat?: string;
  readonly long?: string;
}

const ONSPD_COLUMNS = [
  'pcd7',
  'pcd8',
  'pcds',
  'dointr',
  'doterm',
  'oscty',
  'oslaua',
  'osward',
  'parish',
  'oseast1m',
  'osnrth1m',
  'osgrdind',
  'ctry',
  'pcon',
  'lat',
  'long',
] as const;

/** A file of ONSPD as it was up to 2025. */
export function onspdFile(rows: readonly OnspdRow[]): string {
  const lines = rows.map((row) =>
    ONSPD_COLUMNS.map((column) => (column in row ? row[column as keyof OnspdRow] : '')).join(','),
  );
  return `${[ONSPD_COLUMNS.join(','), ...lines].join('\r\n')}\r\n`;
}
