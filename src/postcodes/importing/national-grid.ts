import type { Position } from '../distance.js';

/**
 * From the National Grid (OSGB36) to WGS84 as Ordnance Survey, "A guide to coordinate systems in
 * Great Britain", describes it: the grid's Transverse Mercator undone on the Airy ellipsoid (annex
 * C), then a Helmert transformation (annex B, section 6). The guide puts its error at up to 5 m; the
 * exact way (OSTN15) is a table of 15 MB, and a postcode is wider than the error.
 *
 * Closed formulas take the place of the guide's iterations, to less than a millimetre, and nothing
 * is allocated on the way: a release has two million grid references.
 *
 * Not for Northern Ireland: its eastings and northings are of the Irish Grid.
 */

/** Ellipsoids by their axes in metres. */
const AIRY_1830 = ellipsoid(6_377_563.396, 6_356_256.909);
const WGS84 = ellipsoid(6_378_137, 6_356_752.314_14);

/** The grid's projection: scale, true origin, and the grid reference of that origin. */
const F0 = 0.999_601_271_7;
const LATITUDE_0 = radians(49);
const LONGITUDE_0 = radians(-2);
const EASTING_0 = 400_000;
const NORTHING_0 = -100_000;

/** From OSGB36 to WGS84: metres, a part of one, and seconds of arc. */
const SHIFT = { x: 446.448, y: -125.157, z: 542.06 };
const SCALE = 1 - 20.4894e-6;
const ROTATION = { x: seconds(0.1502), y: seconds(0.247), z: seconds(0.8421) };

/** The third flattening, and the radius of a circle as long as the meridian. */
const N = (AIRY_1830.a - AIRY_1830.b) / (AIRY_1830.a + AIRY_1830.b);
const MERIDIAN_RADIUS = (AIRY_1830.a / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64);
const ARC_0 = meridionalArc(LATITUDE_0);

/** Of the series from rectifying to geodetic latitude (J. P. Snyder, USGS PP 1395, eq. 3-26). */
const SERIES_2 = (3 / 2) * N - (27 / 32) * N ** 3;
const SERIES_4 = (21 / 16) * N ** 2 - (55 / 32) * N ** 4;
const SERIES_6 = (151 / 96) * N ** 3;

/** The position of a grid reference in metres. */
export function positionOfGrid(easting: number, northing: number): Position {
  const found = new Float64Array(2);
  convertGrid(easting, northing, found);
  return { lat: found[0] ?? 0, long: found[1] ?? 0 };
}

/** Writes the latitude and longitude of a grid reference, in degrees, into a place that stays. */
export function convertGrid(easting: number, northing: number, into: Float64Array): void {
  const { a, e2 } = AIRY_1830;
  const foot = latitudeOfArc(ARC_0 + (northing - NORTHING_0) / F0);
  const sinFoot = Math.sin(foot);
  const cosFoot = Math.cos(foot);
  const t = sinFoot / cosFoot;
  const t2 = t * t;
  const t4 = t2 * t2;
  const w = 1 - e2 * sinFoot * sinFoot;
  const nu = (a * F0) / Math.sqrt(w);
  const rho = (nu * (1 - e2)) / w;
  const eta2 = nu / rho - 1;
  const nu2 = nu * nu;
  const nu4 = nu2 * nu2;
  const vii = t / (2 * rho * nu);
  const viii = (t / (24 * rho * nu * nu2)) * (5 + 3 * t2 + eta2 - 9 * t2 * eta2);
  const ix = (t / (720 * rho * nu * nu4)) * (61 + 90 * t2 + 45 * t4);
  const x = 1 / (cosFoot * nu);
  const xi = (x / (6 * nu2)) * (nu / rho + 2 * t2);
  const xii = (x / (120 * nu4)) * (5 + 28 * t2 + 24 * t4);
  const xiia = (x / (5040 * nu4 * nu2)) * (61 + 662 * t2 + 1320 * t4 + 720 * t4 * t2);
  const d = easting - EASTING_0;
  const d2 = d * d;
  shiftToWgs84(
    foot - d2 * (vii - d2 * (viii - d2 * ix)),
    LONGITUDE_0 + d * (x - d2 * (xi - d2 * (xii - d2 * xiia))),
    into,
  );
}

/** From radians on the Airy ellipsoid to degrees of WGS84. */
function shiftToWgs84(latitude: number, longitude: number, into: Float64Array): void {
  const sin = Math.sin(latitude);
  const cos = Math.cos(latitude);
  const nu = AIRY_1830.a / Math.sqrt(1 - AIRY_1830.e2 * sin * sin);
  const x1 = nu * cos * Math.cos(longitude);
  const y1 = nu * cos * Math.sin(longitude);
  const z1 = nu * (1 - AIRY_1830.e2) * sin;

  const x = SHIFT.x + SCALE * x1 + -ROTATION.z * y1 + ROTATION.y * z1;
  const y = SHIFT.y + ROTATION.z * x1 + SCALE * y1 - ROTATION.x * z1;
  const z = SHIFT.z - ROTATION.y * x1 + ROTATION.x * y1 + SCALE * z1;

  // Bowring's formula, by the sine and cosine of the parametric latitude.
  const { a, b, e2 } = WGS84;
  const p = Math.sqrt(x * x + y * y);
  const up = z * a;
  const along = p * b;
  const hypotenuse = Math.sqrt(up * up + along * along);
  const sinP = up / hypotenuse;
  const cosP = along / hypotenuse;
  const secondE2B = (e2 / (1 - e2)) * b;
  into[0] = degrees(
    Math.atan2(z + secondE2B * sinP * sinP * sinP, p - e2 * a * cosP * cosP * cosP),
  );
  into[1] = degrees(Math.atan2(y, x));
}

/** The latitude to which the meridian has this length from the equator, in metres. */
function latitudeOfArc(metres: number): number {
  const mu = metres / MERIDIAN_RADIUS;
  const sin = Math.sin(2 * mu);
  const cos = Math.cos(2 * mu);
  const sin4 = 2 * sin * cos;
  const sin6 = sin * (4 * cos * cos - 1);
  return mu + SERIES_2 * sin + SERIES_4 * sin4 + SERIES_6 * sin6;
}

/** The length of the meridian from the equator to a latitude (the same source, eq. 3-21). */
function meridionalArc(latitude: number): number {
  return (
    MERIDIAN_RADIUS *
    (latitude -
      ((3 / 2) * N - (9 / 16) * N ** 3) * Math.sin(2 * latitude) +
      ((15 / 16) * N ** 2 - (15 / 32) * N ** 4) * Math.sin(4 * latitude) -
      (35 / 48) * N ** 3 * Math.sin(6 * latitude))
  );
}

function ellipsoid(a: number, b: number): { a: number; b: number; e2: number } {
  return { a, b, e2: 1 - (b * b) / (a * a) };
}

function radians(of: number): number {
  return (of * Math.PI) / 180;
}

function degrees(of: number): number {
  return (of * 180) / Math.PI;
}

function seconds(of: number): number {
  return radians(of / 3600);
}
