import { z } from 'zod';
import { ISLANDS } from '../postcodes/islands.js';

const { south, north, west, east } = ISLANDS;
const LATITUDE = `A latitude of ours lies from ${south} to ${north} degrees north. Has it changed places with the longitude?`;
const LONGITUDE = `A longitude of ours lies from ${-west} degrees west (${west}) to ${east} degrees east. Has it changed places with the latitude?`;

/** Where a branch meets, in degrees (WGS84): somewhere on these islands. */
export function positionOfBranch() {
  return z.strictObject({
    lat: z.number().min(south, LATITUDE).max(north, LATITUDE),
    long: z.number().min(west, LONGITUDE).max(east, LONGITUDE),
  });
}
