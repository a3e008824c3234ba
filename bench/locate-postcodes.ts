import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { cpuUsage } from 'node:process';
import { Module } from '@nestjs/common';
import { loadConfiguration } from '../src/platform/config/configuration.js';
import { DatabaseModule } from '../src/platform/database/database.module.js';
import { createHttpApp } from '../src/platform/http/create-http-app.js';
import { loadDataset } from '../src/postcodes/dataset/load-dataset.js';
import { PostcodeSnapshotRepository } from '../src/postcodes/dataset/postcode-snapshot.repository.js';
import { DatasetLocator } from '../src/postcodes/dataset.locator.js';
import { isPostcode, parsePostcode } from '../src/postcodes/postcode.js';
import { PostcodesModule } from '../src/postcodes/postcodes.module.js';

/** Prints what it costs to locate a postcode, and how long loading the data keeps others waiting. */

const LOOKUPS = 2_000_000;

@Module({})
class LocatorModule {
  static connect() {
    return { module: LocatorModule, imports: [DatabaseModule.connect(), PostcodesModule] };
  }
}

const { POSTCODES_FILE = '' } = process.env;
const app = await createHttpApp(LocatorModule.connect(), loadConfiguration(), { docs: false });
const locator = app.get(DatasetLocator, { strict: false });
const repository = app.get(PostcodeSnapshotRepository, { strict: false });
const current = await repository.current();
if (current === undefined) throw new Error('There is no dataset.');
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const began = performance.now();
await loadDataset(repository, current);
const loadMs = performance.now() - began;
delay.disable();

const postcodes = readFileSync(POSTCODES_FILE, 'utf8')
  .trim()
  .split('\n')
  .map((line) => parsePostcode(line))
  .filter(isPostcode);
let found = 0;
/** Microseconds of processor time. */
const run = (count: number): number => {
  const before = cpuUsage();
  for (let index = 0; index < count; index += 1) {
    // A stride that meets them in no order: neighbours would find each other in the caches.
    const postcode = postcodes[(index * 7919) % postcodes.length];
    if (postcode !== undefined && locator.locate(postcode).precision === 'unit') found += 1;
  }
  return cpuUsage(before).user;
};
run(LOOKUPS / 4);
const microseconds = run(LOOKUPS);
if (found === 0) throw new Error('Not one of the postcodes was found.');
console.log(
  JSON.stringify({
    microsecondsPerLocate: microseconds / LOOKUPS,
    loadMs,
    longestPauseMs: delay.max / 1e6,
  }),
);
await app.close();
