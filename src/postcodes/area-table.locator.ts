import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { projectRoot } from '../platform/project-root.js';
import { NOWHERE, PostcodeLocator, type LocatedPostcode, type Nation } from './postcode-locator.js';
import type { Postcode } from './postcode.js';

const areaTableSchema = z.strictObject({
  version: z.string().min(1),
  about: z.string(),
  attribution: z.string().min(1),
  areas: z.array(
    z.strictObject({
      area: z.string().regex(/^[A-Z]{1,2}$/),
      lat: z.number().min(-90).max(90),
      long: z.number().min(-180).max(180),
      mainRegion: z.string().min(1),
    }),
  ),
});

/**
 * The built-in last resort: the centre of each of the 121 geographic postcode areas. Rough (areas
 * are tens of kilometres wide), but it needs no import and cannot be down.
 *
 * The nation is that of the area's main region. Areas that straddle a border (CH, SY, TD and a few
 * more) are given to the side with more postcodes; only unit data knows better.
 */
@Injectable()
export class AreaTableLocator extends PostcodeLocator {
  readonly version: string;
  private readonly areas: ReadonlyMap<string, LocatedPostcode>;

  /** @throws Error when `data/postcode-areas.json` is missing or not of its form. */
  constructor() {
    super();
    const file = join(projectRoot, 'data', 'postcode-areas.json');
    const table = areaTableSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    this.version = table.version;
    this.areas = new Map(
      table.areas.map(({ area, lat, long, mainRegion }) => [
        area,
        {
          precision: 'area',
          position: Object.freeze({ lat, long }),
          terminated: null,
          nation: nationOfRegion(mainRegion),
          officialCodes: null,
        },
      ]),
    );
  }

  get revision(): string {
    return this.version;
  }

  locate(postcode: Postcode): LocatedPostcode {
    return this.areas.get(postcode.area) ?? NOWHERE;
  }

  knowsOfficialCode(): undefined {
    return undefined;
  }

  postcodesOfArea(): [] {
    return [];
  }

  postcodesUnder(): [] {
    return [];
  }

  /** Areas alone say nothing about the postcodes within. */
  knows(): undefined {
    return undefined;
  }
}

/** Official regions divide England only; the other nations stand in the table as themselves. */
function nationOfRegion(region: string): Nation {
  switch (region) {
    case 'Scotland':
      return 'scotland';
    case 'Wales':
      return 'wales';
    case 'Northern Ireland':
      return 'northern-ireland';
    default:
      return 'england';
  }
}
