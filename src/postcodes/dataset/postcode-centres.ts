import { setImmediate as turn } from 'node:timers/promises';
import type { Position } from '../distance.js';
import type { Nation } from '../postcode-locator.js';
import { NATIONS } from './nations.js';
import type { PostcodeSnapshot } from './postcode-snapshot.js';
import { degrees, INWARD_KEYS_OF_A_SECTOR, NO_POSITION } from './snapshot-format.js';

const SECTORS = 10;
/** Outcodes between two looks at what else there is to do: some tenths of a millisecond. */
const OUTCODES_AT_ONCE = 32;

/**
 * The centres of sectors and outcodes: the means of their live postcodes, or of the terminated ones
 * where none is live. And the nation that most of an outcode lies in.
 */
export class PostcodeCentres {
  private readonly latitude: Int32Array;
  private readonly longitude: Int32Array;
  private readonly nation: Uint8Array;

  private constructor(private readonly snapshot: PostcodeSnapshot) {
    const count = snapshot.outcodes.length;
    // Ten sectors to each outcode, then the outcode itself.
    this.latitude = new Int32Array(count * (SECTORS + 1)).fill(NO_POSITION);
    this.longitude = new Int32Array(count * (SECTORS + 1));
    this.nation = new Uint8Array(count);
  }

  /** Reckons all of them, and lets others have their turn meanwhile. */
  static async of(snapshot: PostcodeSnapshot): Promise<PostcodeCentres> {
    const centres = new PostcodeCentres(snapshot);
    for (const outcode of snapshot.outcodes.keys()) {
      centres.reckon(outcode);
      if (outcode % OUTCODES_AT_ONCE === 0) await turn();
    }
    return centres;
  }

  ofSector(outcode: number, sector: number): Position | null {
    return this.at(outcode * (SECTORS + 1) + sector);
  }

  ofOutcode(outcode: number): Position | null {
    return this.at(outcode * (SECTORS + 1) + SECTORS);
  }

  mainNation(outcode: number): Nation | null {
    return NATIONS[this.nation[outcode] ?? NATIONS.length] ?? null;
  }

  private at(index: number): Position | null {
    const latitude = this.latitude[index] ?? NO_POSITION;
    if (latitude === NO_POSITION) return null;
    return { lat: degrees(latitude), long: degrees(this.longitude[index] ?? 0) };
  }

  private reckon(outcode: number): void {
    const { snapshot } = this;
    const live = Array.from({ length: SECTORS }, () => new Mean());
    const terminated = Array.from({ length: SECTORS }, () => new Mean());
    const nations = { live: nobody(), terminated: nobody() };
    const { from, to } = snapshot.rangeOf(outcode);
    for (let row = from; row < to; row += 1) {
      const isLive = snapshot.isLive(row);
      const counted = isLive ? nations.live : nations.terminated;
      const nation = snapshot.nation[row] ?? NATIONS.length;
      if (nation < NATIONS.length) counted[nation] = (counted[nation] ?? 0) + 1;
      const latitude = snapshot.latitude[row] ?? NO_POSITION;
      if (latitude === NO_POSITION) continue;
      const sector = Math.floor(snapshot.inwardAt(row) / INWARD_KEYS_OF_A_SECTOR);
      (isLive ? live : terminated)[sector]?.add(latitude, snapshot.longitude[row] ?? 0);
    }
    const first = outcode * (SECTORS + 1);
    for (const sector of live.keys()) {
      this.keep(first + sector, [live[sector], terminated[sector]]);
    }
    this.keep(first + SECTORS, [Mean.ofAll(live), Mean.ofAll(terminated)]);
    this.nation[outcode] = mostOf(nations.live) ?? mostOf(nations.terminated) ?? NATIONS.length;
  }

  private keep(index: number, [live, terminated]: readonly (Mean | undefined)[]): void {
    const mean = live !== undefined && live.count > 0 ? live : terminated;
    if (mean === undefined || mean.count === 0) return;
    this.latitude[index] = Math.round(mean.latitude / mean.count);
    this.longitude[index] = Math.round(mean.longitude / mean.count);
  }
}

/** Sums of positions in millionths of a degree; far below what a number holds exactly. */
class Mean {
  count = 0;
  latitude = 0;
  longitude = 0;

  add(latitude: number, longitude: number): void {
    this.count += 1;
    this.latitude += latitude;
    this.longitude += longitude;
  }

  static ofAll(parts: readonly Mean[]): Mean {
    const all = new Mean();
    for (const { count, latitude, longitude } of parts) {
      all.count += count;
      all.latitude += latitude;
      all.longitude += longitude;
    }
    return all;
  }
}

function nobody(): number[] {
  return NATIONS.map(() => 0);
}

/** The number of the nation with the most postcodes. */
function mostOf(counts: readonly number[]): number | undefined {
  const most = Math.max(...counts);
  return most === 0 ? undefined : counts.indexOf(most);
}
