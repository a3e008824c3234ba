import type { ListedPostcode, OfficialCodes } from '../postcode-locator.js';
import { coveragePrefixes, isPostcode, parsePostcode, type Postcode } from '../postcode.js';
import type { PostcodeSnapshot } from './postcode-snapshot.js';
import { inwardText } from './snapshot-format.js';

/** The postcodes of an official area, in the order of the snapshot. */
export function* listedOfArea(
  snapshot: PostcodeSnapshot,
  kind: keyof OfficialCodes,
  code: string,
): Generator<ListedPostcode> {
  let outcode = 0;
  for (const row of snapshot.rowsOfArea(kind, code)) {
    while (row >= snapshot.rangeOf(outcode).to) outcode += 1;
    yield* listedAt(snapshot, outcode, row);
  }
}

/** The postcodes that a coverage rule for this prefix covers, in the order of the snapshot. */
export function* listedUnder(
  snapshot: PostcodeSnapshot,
  prefix: Postcode,
): Generator<ListedPostcode> {
  const isWhole = prefix.kind === 'area' || prefix.kind === 'outcode';
  for (const [outcode, text] of snapshot.outcodes.entries()) {
    const isWithin = isWhole
      ? prefixesOf(text).includes(prefix.canonical)
      : text === prefix.outcode;
    if (!isWithin) continue;
    const { from, to } = snapshot.rangeOf(outcode);
    for (let row = from; row < to; row += 1) {
      for (const listed of listedAt(snapshot, outcode, row)) {
        if (isWhole || listed.postcode.unit.startsWith(prefix.canonical)) yield listed;
      }
    }
  }
}

function* listedAt(
  snapshot: PostcodeSnapshot,
  outcode: number,
  row: number,
): Generator<ListedPostcode> {
  const text = `${snapshot.outcodes[outcode]} ${inwardText(snapshot.inwardAt(row))}`;
  const postcode = parsePostcode(text);
  if (postcode.kind === 'unit') yield { postcode, officialCodes: snapshot.codesAt(row) };
}

function prefixesOf(outcode: string): string[] {
  const postcode = parsePostcode(outcode);
  return isPostcode(postcode) ? coveragePrefixes(postcode) : [];
}
