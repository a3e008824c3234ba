/** A point in WGS84 degrees. */
export interface Position {
  lat: number;
  long: number;
}

/** The Earth's mean radius (IUGG) in kilometres. */
const EARTH_RADIUS_KM = 6371.0088;

/**
 * The great-circle distance between two positions in kilometres, by the haversine formula: within
 * 0.5 % of the true distance, which is far below what a branch's position is known to.
 */
export function distanceKm(from: Position, to: Position): number {
  const lat1 = radians(from.lat);
  const lat2 = radians(to.lat);
  const half =
    Math.sin((lat2 - lat1) / 2) ** 2 +
    Math.cos(lat1) * Math.cos(lat2) * Math.sin(radians(to.long - from.long) / 2) ** 2;
  // Rounding can lift the sum a hair above 1 for opposite ends of the Earth: asin would be NaN.
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(half)));
}

/**
 * The same from the straight line through a sphere of radius 1 between two points on it: a chord of
 * length c belongs to the angle 2·asin(c / 2).
 */
export function kmAlongSphere(chord: number): number {
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, chord / 2));
}

/** A distance as it is shown: kilometres with one decimal. */
export function roundedKm(km: number): number {
  return Math.round(km * 10) / 10;
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
