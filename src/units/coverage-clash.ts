/** A region or branch, as far as it matters for who may cover what. */
export interface Claimant {
  readonly id: string;
  readonly kind: 'region' | 'branch';
  /** Of a branch: its region. */
  readonly parentId: string | null;
}

/**
 * Whether two rules for one and the same code cannot stand beside each other: a branch may cover
 * what its own region covers (and wins there); any other two would both be right. Rules for
 * different codes never clash: the more specific one decides.
 */
export function clash(one: Claimant, other: Claimant): boolean {
  if (one.kind === other.kind) return one.id !== other.id;
  const [branch, region] = one.kind === 'branch' ? [one, other] : [other, one];
  return branch.parentId !== region.id;
}

/** The id of the region that a claimant is, or lies in. */
export function regionOf({ kind, id, parentId }: Claimant): string | null {
  return kind === 'region' ? id : parentId;
}

/** Of those who cover a code, the ones because of whom somebody may not: their own rule is one, too. */
export function rivalsOf<Holder extends Claimant>(
  holder: Claimant,
  others: readonly Holder[],
): Holder[] {
  return others.filter((other) => other.id === holder.id || clash(other, holder));
}
