import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfiguration } from '../../src/platform/config/configuration.js';
import { DatabaseModule } from '../../src/platform/database/database.module.js';
import { ownerDataSource } from '../../src/platform/database/owner-data-source.js';
import { createHttpApp } from '../../src/platform/http/create-http-app.js';
import { DatasetLocator } from '../../src/postcodes/dataset.locator.js';
import { PostcodeDatasets } from '../../src/postcodes/dataset/postcode-datasets.js';
import { onOneConnection } from '../../src/postcodes/dataset/postcode-datasets.repository.js';
import {
  importRelease,
  type ImportOptions,
  type ImportReport,
} from '../../src/postcodes/importing/postcode-import.js';
import { openRelease } from '../../src/postcodes/importing/release-source.js';
import { PostcodesModule } from '../../src/postcodes/postcodes.module.js';
import { isPostcode, parsePostcode, type Postcode } from '../../src/postcodes/postcode.js';
import type { TestDatabase } from '../support/test-database.js';

/** Imports a release as the command does, in this process. */
export async function importInto(
  database: TestDatabase,
  path: string,
  options: Partial<ImportOptions> = {},
): Promise<ImportReport> {
  const release = await openRelease(path);
  const source = await ownerDataSource(database.ownerUrl);
  try {
    return await onOneConnection(source, (owner) =>
      importRelease(owner, release, {
        keepCurrent: false,
        mostBadRows: 1,
        signal: new AbortController().signal,
        onProgress: () => undefined,
        ...options,
      }),
    );
  } finally {
    await source.destroy();
    await release.close();
  }
}

/** As `importInto`, and a release of a few rows answers, too, where a larger one did. */
export async function importAndUse(database: TestDatabase, path: string): Promise<ImportReport> {
  const report = await importInto(database, path);
  if (report.outcome === 'held_back') {
    await withDatasets(database, (datasets) => datasets.use(report.version));
  }
  return report;
}

/** Runs something with the versions, as the commands do. */
export async function withDatasets<Result>(
  database: TestDatabase,
  work: (datasets: PostcodeDatasets) => Promise<Result>,
): Promise<Result> {
  const source = await ownerDataSource(database.ownerUrl);
  try {
    return await onOneConnection(source, (owner) => work(new PostcodeDatasets(owner)));
  } finally {
    await source.destroy();
  }
}

export interface TestLocator {
  readonly locator: DatasetLocator;
  /** Locates what somebody typed. */
  readonly locate: (text: string) => ReturnType<DatasetLocator['locate']>;
  close(): Promise<void>;
}

/** The locator of an application that has nothing else, on this database. */
export async function startLocator(databaseUrl: string): Promise<TestLocator> {
  const configuration = loadConfiguration(
    {},
    {
      NODE_ENV: 'test',
      DATABASE_URL: databaseUrl,
      DATABASE_POOL_SIZE: '2',
      SMTP_URL: 'smtp://127.0.0.1:9',
      LINK_SECRET: 'a secret for tests only, 32 characters',
      LOG_LEVEL: 'silent',
    },
  );
  const app: NestFastifyApplication = await createHttpApp(LocatorModule.connect(), configuration, {
    docs: false,
  });
  const locator = app.get(DatasetLocator, { strict: false });
  return {
    locator,
    locate: (text) => locator.locate(postcode(text)),
    close: () => app.close(),
  };
}

/** Reads what has to be a postcode. */
export function postcode(text: string): Postcode {
  const parsed = parsePostcode(text);
  if (!isPostcode(parsed)) throw new Error(`"${text}" should be read as a postcode`);
  return parsed;
}

@Module({})
class LocatorModule {
  static connect() {
    return { module: LocatorModule, imports: [DatabaseModule.connect(), PostcodesModule] };
  }
}
