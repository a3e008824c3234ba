import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Notifications } from '../platform/database/notifications.js';
import { LOGGER, type Logger } from '../platform/logging/logger.js';
import { AreaTableLocator } from './area-table.locator.js';
import { BrokenSnapshot } from './dataset/broken-snapshot.js';
import { type LoadedDataset, loadDataset } from './dataset/load-dataset.js';
import {
  type CurrentDataset,
  PostcodeSnapshotRepository,
} from './dataset/postcode-snapshot.repository.js';
import { listedOfArea, listedUnder } from './dataset/listed-postcodes.js';
import { inwardKey, INWARD_KEYS_OF_A_SECTOR } from './dataset/snapshot-format.js';
import type { Position } from './distance.js';
import { isKnownArea } from './postcode-areas.js';
import {
  type ListedPostcode,
  type LocatedPostcode,
  type OfficialCodes,
  PostcodeLocator,
  type Precision,
} from './postcode-locator.js';
import type { Postcode, SectorPostcode, UnitPostcode } from './postcode.js';

/** Channel on which PostgreSQL says that another dataset is in use. */
const CHANNEL = 'branchline_postcodes';
const POLL_MILLISECONDS = 5_000;
const ASCII_0 = 48;

/**
 * Says where postcodes lie, from the imported reference data in memory: the postcode itself, else
 * the centre of its sector, else of its outcode, else of its area by the built-in table. It answers
 * while the database is away.
 *
 * The data is read at start, on every notification and reconnect, and every few seconds in case a
 * notification was lost; the old data answers until the new is whole.
 */
@Injectable()
export class DatasetLocator extends PostcodeLocator implements OnModuleInit, OnApplicationShutdown {
  private dataset: LoadedDataset | undefined;
  /** A switch whose data cannot be used: told once, and not tried again until the next switch. */
  private broken: string | undefined;
  private loading: Promise<void> | undefined;
  private poll: NodeJS.Timeout | undefined;

  constructor(
    private readonly areas: AreaTableLocator,
    private readonly repository: PostcodeSnapshotRepository,
    private readonly notifications: Notifications,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super();
  }

  async onModuleInit(): Promise<void> {
    await this.reload();
    await this.notifications.listen(CHANNEL, () => this.refresh());
    this.poll = setInterval(() => this.refresh(), POLL_MILLISECONDS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.poll);
  }

  get version(): string {
    return this.dataset?.version ?? this.areas.version;
  }

  get revision(): string {
    return this.dataset?.id ?? this.areas.revision;
  }

  locate(postcode: Postcode): LocatedPostcode {
    const { dataset } = this;
    if (dataset === undefined || postcode.kind === 'area' || !isOnTheMap(postcode)) {
      return this.areas.locate(postcode);
    }
    const outcode = dataset.outcodes.get(postcode.outcode);
    if (outcode === undefined) {
      const district = dataset.districts.get(postcode.outcode);
      return district === undefined
        ? this.areas.locate(postcode)
        : partly('outcode', district.position, district.nation);
    }
    switch (postcode.kind) {
      case 'unit':
        return this.locateUnit(dataset, outcode, postcode);
      case 'sector':
      case 'outcode':
        return this.locatePart(dataset, outcode, postcode);
    }
  }

  /**
   * Undefined without a dataset, for areas that it does not cover, and for what is not on the map
   * of the United Kingdom.
   */
  knows(postcode: Postcode): boolean | undefined {
    const { dataset } = this;
    if (dataset === undefined || !isOnTheMap(postcode)) return undefined;
    if (!dataset.areas.has(postcode.area)) {
      // An area that nobody has, such as QQ, is none; one that does exist is not covered.
      return isKnownArea(postcode.area) ? undefined : false;
    }
    if (postcode.kind === 'area') return true;
    const outcode = dataset.outcodes.get(postcode.outcode);
    if (outcode === undefined) {
      return postcode.kind === 'outcode' && dataset.districts.has(postcode.outcode);
    }
    switch (postcode.kind) {
      case 'unit':
        return dataset.snapshot.find(outcode, inwardOf(postcode)) >= 0;
      case 'sector':
        return this.hasSector(dataset, outcode, sectorDigit(postcode));
      case 'outcode':
        return true;
    }
  }

  knowsOfficialCode(kind: keyof OfficialCodes, code: string): boolean | undefined {
    const codes = this.dataset?.snapshot.officialCodes[kind] ?? [];
    return codes.length === 0 ? undefined : codes.includes(code);
  }

  postcodesOfArea(kind: keyof OfficialCodes, code: string): Iterable<ListedPostcode> {
    return this.dataset === undefined ? [] : listedOfArea(this.dataset.snapshot, kind, code);
  }

  postcodesUnder(prefix: Postcode): Iterable<ListedPostcode> {
    return this.dataset === undefined ? [] : listedUnder(this.dataset.snapshot, prefix);
  }

  /** Reads the data anew if another is in use; calls that come meanwhile share one reading. */
  async reload(): Promise<void> {
    // A switch may have been committed after the running read looked: look once more.
    if (this.loading !== undefined) await this.loading.catch(() => undefined);
    await (this.loading ??= this.load().finally(() => {
      this.loading = undefined;
    }));
  }

  private locateUnit(
    dataset: LoadedDataset,
    outcode: number,
    postcode: UnitPostcode,
  ): LocatedPostcode {
    const { snapshot } = dataset;
    const row = snapshot.find(outcode, inwardOf(postcode));
    if (row < 0) return this.locatePart(dataset, outcode, postcode);
    const own = {
      terminated: snapshot.terminatedAt(row),
      nation: snapshot.nationAt(row) ?? this.nationOfPart(dataset, outcode, postcode),
      officialCodes: snapshot.codesAt(row),
    };
    const position = snapshot.positionAt(row);
    if (position !== null) return { precision: 'unit', position, ...own };
    const { precision, position: near } = this.locatePart(dataset, outcode, postcode);
    return { precision, position: near, ...own };
  }

  private locatePart(
    dataset: LoadedDataset,
    outcode: number,
    postcode: Exclude<Postcode, { kind: 'area' }>,
  ): LocatedPostcode {
    const { centres } = dataset;
    const nation = this.nationOfPart(dataset, outcode, postcode);
    if (postcode.kind !== 'outcode') {
      const position = centres.ofSector(outcode, sectorDigit(postcode));
      if (position !== null) return partly('sector', position, nation);
    }
    const position = centres.ofOutcode(outcode);
    if (position !== null) return partly('outcode', position, nation);
    return { ...this.areas.locate(postcode), nation };
  }

  /** The nation of most of an outcode; of its area, where the data has no nations. */
  private nationOfPart(
    { centres }: LoadedDataset,
    outcode: number,
    postcode: Postcode,
  ): LocatedPostcode['nation'] {
    return centres.mainNation(outcode) ?? this.areas.locate(postcode).nation;
  }

  private hasSector({ snapshot }: LoadedDataset, outcode: number, sector: number): boolean {
    const row = snapshot.firstFrom(outcode, sector * INWARD_KEYS_OF_A_SECTOR);
    const { to } = snapshot.rangeOf(outcode);
    return row < to && snapshot.inwardAt(row) < (sector + 1) * INWARD_KEYS_OF_A_SECTOR;
  }

  private async load(): Promise<void> {
    const current = await this.repository.current();
    if (current === undefined) {
      this.dataset = undefined;
      return;
    }
    const { switchedAt } = current;
    if (current.id === this.dataset?.id || switchedAt === this.broken) return;
    await this.take(current);
  }

  private async take(current: CurrentDataset): Promise<void> {
    const began = performance.now();
    try {
      this.dataset = await loadDataset(this.repository, current);
      this.broken = undefined;
    } catch (error) {
      if (!(error instanceof BrokenSnapshot)) throw error;
      this.broken = current.switchedAt;
      this.logger.error({ err: error }, 'The postcode dataset is broken; the last one serves on.');
      return;
    }
    const milliseconds = Math.round(performance.now() - began);
    const { version } = current;
    this.logger.info({ version, milliseconds }, 'The postcode dataset is in memory.');
  }

  private refresh(): void {
    this.reload().catch((error: unknown) => {
      this.logger.warn(
        { err: error },
        'The postcode dataset could not be read; the last one serves on.',
      );
    });
  }
}

/** The Crown dependencies' postcodes are in ONSPD, without positions; the forces' are nowhere. */
function isOnTheMap({ territory }: Postcode): boolean {
  return territory === 'geographic' || territory === 'crown_dependency';
}

function partly(
  precision: Precision,
  position: Position,
  nation: LocatedPostcode['nation'],
): LocatedPostcode {
  return { precision, position, terminated: null, nation, officialCodes: null };
}

/** The last three characters of `M14 5RX` as the snapshot has them. */
function inwardOf({ unit }: UnitPostcode): number {
  const end = unit.length;
  return inwardKey(unit.charCodeAt(end - 3), unit.charCodeAt(end - 2), unit.charCodeAt(end - 1));
}

/** The digit of `M14 5`. */
function sectorDigit({ sector }: SectorPostcode | UnitPostcode): number {
  return sector.charCodeAt(sector.length - 1) - ASCII_0;
}
