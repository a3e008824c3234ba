/**
 * A box around the United Kingdom and the Crown dependencies, in degrees (WGS84). A position outside
 * of it is a mistake: latitude and longitude that have changed places, or a sign that was lost.
 */
export const ISLANDS = { south: 48, north: 62, west: -11, east: 4 } as const;
