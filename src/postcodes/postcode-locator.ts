import type { Position } from './distance.js';
import type { Postcode } from './postcode.js';

/** The four nations of the United Kingdom. Bank holidays follow them. */
export type Nation = 'england' | 'wales' | 'scotland' | 'northern-ireland';

/** How exactly a position is known: as that of the unit, or only of a part of the postcode. */
export type Precision = 'unit' | 'sector' | 'outcode' | 'area' | 'none';

/** Where a postcode lies, as far as the locator's data can tell. */
export interface LocatedPostcode {
  /** `none` exactly where `position` is null. */
  precision: Precision;
  position: Position | null;
  /** The month in which the postcode was withdrawn, `YYYY-MM`; null while it is live or unknown. */
  terminated: string | null;
  /** Null outside the United Kingdom, and for what is nowhere in particular. */
  nation: Nation | null;
}

/**
 * Says where postcodes lie. Also the token by which the one in use is injected.
 *
 * Synchronous, because implementations answer from memory: a join does not wait for a lookup.
 */
export abstract class PostcodeLocator {
  /** Names the data behind the answers; kept with each allocation, so that it can be explained. */
  abstract readonly version: string;

  /** Never throws for a postcode it does not know: that is precision `none`. */
  abstract locate(postcode: Postcode): LocatedPostcode;
}
