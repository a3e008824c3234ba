import type { DatasetKind } from '../dataset/dataset-version.js';
import { PostcodeImportRefused } from './import-refused.js';

/** Where a release has what: numbers of fields from 0; −1 where it does not have it. */
export interface FieldNumbers {
  readonly postcode: number;
  readonly introduced: number;
  readonly terminated: number;
  readonly quality: number;
  readonly easting: number;
  readonly northing: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly country: number;
  readonly localAuthority: number;
  readonly ward: number;
  readonly constituency: number;
}

/** The columns of one file. */
export interface DatasetColumns {
  readonly kind: DatasetKind;
  readonly fields: FieldNumbers;
  /** What was found, as the release names it. */
  readonly names: readonly string[];
  /** How many fields every row has. */
  readonly count: number;
  /** Whether the first line holds names instead of a postcode. */
  readonly hasHeader: boolean;
}

/**
 * The names of columns in all editions of ONSPD and NSPL (they carry the year of their codes), in the
 * headings of Code-Point Open, and in its short form.
 */
const NAMES: Readonly<Record<keyof FieldNumbers, RegExp>> = {
  postcode: /^(?:pcds|postcode)$/,
  introduced: /^dointr$/,
  terminated: /^doterm$/,
  quality: /^(?:osgrdind|gridind|pq|positional_quality_indicator)$/,
  easting: /^(?:oseast1m|east1m|eastings?)$/,
  northing: /^(?:osnrth1m|north1m|northings?)$/,
  latitude: /^lat$/,
  longitude: /^long$/,
  country: /^(?:ctry(?:\d\dcd)?|country_code)$/,
  localAuthority: /^(?:oslaua|laua|lad\d\dcd|admin_district_code)$/,
  ward: /^(?:osward|ward|wd\d\dcd|admin_ward_code)$/,
  constituency: /^pcon(?:\d\dcd)?$/,
};

/** Columns of ONSPD that NSPL does not have. */
const OF_ONSPD_ALONE = /^(?:parish|parncp\d\dcd|oshlthau|hlthau|eer|teclec|streg|oscty)$/;

/** Code-Point Open is delivered without a header; these are its columns, as its documents name them. */
const CODE_POINT_OPEN: readonly string[] = [
  'Postcode',
  'Positional_quality_indicator',
  'Eastings',
  'Northings',
  'Country_code',
  'NHS_regional_HA_code',
  'NHS_HA_code',
  'Admin_county_code',
  'Admin_district_code',
  'Admin_ward_code',
];

const LIKE_A_POSTCODE = /^[A-Z]{1,2}\d[0-9A-Z]? *\d[A-Z]{2}$/i;

/**
 * Finds out what the columns of a file are, by name and never by position, from its first line.
 *
 * @param headings of Code-Point Open, where they lay beside its files; else as they are known.
 * @throws PostcodeImportRefused in words, where something is missing that nothing works without.
 */
export function columnsOf(
  firstLine: readonly string[],
  fileName: string,
  headings: readonly string[] = CODE_POINT_OPEN,
): DatasetColumns {
  const hasHeader = !LIKE_A_POSTCODE.test(firstLine[0] ?? '');
  if (!hasHeader && firstLine.length !== headings.length) {
    throw new PostcodeImportRefused(
      `${fileName} has no header, and ${firstLine.length} columns where Code-Point Open has ${headings.length}.`,
    );
  }
  const names = hasHeader ? firstLine : headings;
  const folded = names.map((name) => name.toLowerCase());
  const fields = fieldNumbers(folded);
  refuseWithout(fields, fileName);
  return {
    kind: hasHeader ? kindOf(folded, fileName) : 'code-point-open',
    fields,
    names: Object.values(fields)
      .filter((field) => field >= 0)
      .sort((one, other) => one - other)
      .map((field) => names[field] ?? ''),
    count: names.length,
    hasHeader,
  };
}

function fieldNumbers(names: readonly string[]): FieldNumbers {
  const numberOf = (what: keyof FieldNumbers) => names.findIndex((name) => NAMES[what].test(name));
  return {
    postcode: numberOf('postcode'),
    introduced: numberOf('introduced'),
    terminated: numberOf('terminated'),
    quality: numberOf('quality'),
    easting: numberOf('easting'),
    northing: numberOf('northing'),
    latitude: numberOf('latitude'),
    longitude: numberOf('longitude'),
    country: numberOf('country'),
    localAuthority: numberOf('localAuthority'),
    ward: numberOf('ward'),
    constituency: numberOf('constituency'),
  };
}

function refuseWithout(fields: FieldNumbers, fileName: string): void {
  if (fields.postcode < 0) {
    throw new PostcodeImportRefused(
      `${fileName} has no column of postcodes (pcds or postcode): it is not ONSPD, NSPL or Code-Point Open.`,
    );
  }
  const hasDegrees = fields.latitude >= 0 && fields.longitude >= 0;
  const hasGrid = fields.easting >= 0 && fields.northing >= 0;
  if (!hasDegrees && !hasGrid) {
    throw new PostcodeImportRefused(
      `${fileName} has no columns of positions (lat and long, or easting and northing).`,
    );
  }
}

function kindOf(names: readonly string[], fileName: string): DatasetKind {
  if (!names.includes('pcds')) return 'code-point-open';
  if (/nspl/i.test(fileName)) return 'nspl';
  if (/onspd/i.test(fileName)) return 'onspd';
  return names.some((name) => OF_ONSPD_ALONE.test(name)) ? 'onspd' : 'nspl';
}
