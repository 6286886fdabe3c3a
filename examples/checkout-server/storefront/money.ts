const FORMAT = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' });

/** Minor units as people write them: `€24.50`. */
export function euros(amount: number): string {
  return FORMAT.format(amount / 100);
}
