/**
 * Spreads a discount over amounts in proportion, in integer minor units; what the rounding leaves over goes to the
 * first, and on from there where the first is too small for it.
 *
 * @returns what is taken off each amount: never more than the amount, in all the discount, or everything there is
 */
export function spreadDiscount(amounts: readonly number[], discount: number): number[] {
  const total = amounts.reduce((sum, amount) => sum + BigInt(amount), 0n);
  if (total <= BigInt(discount)) return [...amounts];
  // Products of two amounts don't fit into a number.
  const shares = amounts.map((amount) => Number((BigInt(amount) * BigInt(discount)) / total));
  let left = discount - shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share, index) => {
    const more = Math.min(left, (amounts[index] ?? 0) - share);
    left -= more;
    return share + more;
  });
}
