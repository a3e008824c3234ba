/** Something that a benchmark is to show, and whether it did. */
export interface Claim {
  readonly what: string;
  /** What was found, and the bounds that it has to keep. */
  readonly found: number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Whether it was shown. What could not be measured was not. */
export function holds({ found, atLeast = -Infinity, atMost = Infinity }: Claim): boolean {
  return found >= atLeast && found <= atMost;
}

/** Rows for `console.table`. */
export function claimsTable(claims: readonly Claim[]): Record<string, Record<string, string>> {
  return Object.fromEntries(
    claims.map((claim) => [
      claim.what,
      {
        found: claim.found.toFixed(2),
        wanted: wanted(claim),
        verdict: holds(claim) ? 'holds' : 'DOES NOT HOLD',
      },
    ]),
  );
}

function wanted({ atLeast, atMost }: Claim): string {
  if (atMost === undefined) return `${atLeast} or more`;
  if (atLeast === undefined) return `${atMost} or less`;
  return `${atLeast} to ${atMost}`;
}
