import type { Position } from './distance.js';
import type { Postcode, UnitPostcode } from './postcode.js';

/** The four nations of the United Kingdom. Bank holidays follow them. */
export type Nation = 'england' | 'wales' | 'scotland' | 'northern-ireland';

/** How exactly a position is known: as that of the unit, or only of a part of the postcode. */
export type Precision = 'unit' | 'sector' | 'outcode' | 'area' | 'none';

/**
 * The official areas that a postcode lies in, by their GSS codes (`E08000003`), of the edition that
 * the reference data was made for; null where the data does not tell.
 */
export interface OfficialCodes {
  readonly ward: string | null;
  readonly constituency: string | null;
  readonly localAuthority: string | null;
}

/** Where a postcode lies, as far as the locator's data can tell. */
export interface LocatedPostcode {
  /** `none` exactly where `position` is null. */
  readonly precision: Precision;
  readonly position: Readonly<Position> | null;
  /** The month in which the postcode was withdrawn, `YYYY-MM`; null while it is live or unknown. */
  readonly terminated: string | null;
  /** Null outside the United Kingdom, and for what is nowhere in particular. */
  readonly nation: Nation | null;
  /** Of the whole postcode; null for a part of one, and where the data does not know it. */
  readonly officialCodes: OfficialCodes | null;
}

/** A whole postcode that the reference data has, live or withdrawn. */
export interface ListedPostcode {
  readonly postcode: UnitPostcode;
  readonly officialCodes: OfficialCodes | null;
}

/** The answer for what lies nowhere, or nowhere that is known. */
export const NOWHERE: LocatedPostcode = Object.freeze({
  precision: 'none',
  position: null,
  terminated: null,
  nation: null,
  officialCodes: null,
});

/**
 * Says where postcodes lie. Also the token by which the one in use is injected.
 *
 * Synchronous, because implementations answer from memory: a join does not wait for a lookup.
 */
export abstract class PostcodeLocator {
  /** Names the data behind the answers; kept with each allocation, so that it can be explained. */
  abstract readonly version: string;

  /** Changes with the data, also where another version is given a name that was free again. */
  abstract readonly revision: string;

  /** Never throws for a postcode it does not know: that is precision `none`. */
  abstract locate(postcode: Postcode): LocatedPostcode;

  /**
   * Whether there is such a postcode or part of one, withdrawn ones too; undefined where the data
   * cannot tell.
   */
  abstract knows(postcode: Postcode): boolean | undefined;

  /**
   * Whether postcodes lie in the official area of this GSS code; undefined where the data has no
   * areas of that kind.
   */
  abstract knowsOfficialCode(kind: keyof OfficialCodes, code: string): boolean | undefined;

  /**
   * The postcodes in an official area, one after another: those of a city are tens of thousands.
   * None where the data cannot tell.
   */
  abstract postcodesOfArea(kind: keyof OfficialCodes, code: string): Iterable<ListedPostcode>;

  /** The postcodes under a prefix, as `postcodesOfArea` gives them: those of `SW1` are SW1A's, too. */
  abstract postcodesUnder(prefix: Postcode): Iterable<ListedPostcode>;
}
