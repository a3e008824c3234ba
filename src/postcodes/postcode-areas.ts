/** What kind of place a postcode stands for; decided by its area. */
export type Territory =
  'geographic' | 'crown_dependency' | 'overseas' | 'forces' | 'non_geographic';

/**
 * The 121 areas that cover the United Kingdom. They hardly ever change, so the grammar may know
 * them; districts, sectors and units come and go all the time and are the reference data's.
 */
const GEOGRAPHIC_AREAS =
  'AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E ' +
  'EC EH EN EX FK FY G GL GU HA HD HG HP HR HS HU HX IG IP IV KA KT KW KY L LA LD LE LL LN LS LU ' +
  'M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP ' +
  'SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE';

/** Areas of the same shape that lie elsewhere or nowhere. `ZZ99` is the NHS's pseudo postcode. */
const OTHER_AREAS: ReadonlyMap<string, Territory> = new Map([
  ['GY', 'crown_dependency'],
  ['IM', 'crown_dependency'],
  ['JE', 'crown_dependency'],
  ['GX', 'overseas'],
  ['BF', 'forces'],
  ['BX', 'non_geographic'],
  ['XX', 'non_geographic'],
  ['ZZ', 'non_geographic'],
]);

/** Where the districts count from 0 (`SL0`). Elsewhere a zero after the area is a slip. */
const AREAS_WITH_DISTRICT_0: ReadonlySet<string> = new Set('BL BS CM CR FY HA PR SL SS'.split(' '));

/** Every geographic postcode area, as a set of its letters. */
export const geographicAreas: ReadonlySet<string> = new Set(GEOGRAPHIC_AREAS.split(' '));

/** Whether an area is in use, in the United Kingdom or elsewhere. */
export function isKnownArea(area: string): boolean {
  return geographicAreas.has(area) || OTHER_AREAS.has(area);
}

/** The territory of an area. An area nobody knows counts as geographic: only data can tell. */
export function territoryOfArea(area: string): Territory {
  return OTHER_AREAS.get(area) ?? 'geographic';
}

/** Whether an area has a district 0. */
export function hasDistrict0(area: string): boolean {
  return AREAS_WITH_DISTRICT_0.has(area);
}
