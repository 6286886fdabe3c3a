/** An amount that doesn't fit: no currency, no whole number of minor units, negative, too large. */
export class AmountError extends Error {}

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));
const LARGEST = 1_000_000_000_000;

const digits = new Map<string, number>();

/** How many digits the minor units of a currency have: 2 for EUR, 0 for JPY. @throws AmountError */
function digitsOf(currency: string): number {
  const known = digits.get(currency);
  if (known !== undefined) return known;
  if (!CURRENCIES.has(currency)) throw new AmountError(`'${currency}' is not a currency`);
  const format = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  const found = format.maximumFractionDigits ?? 2;
  digits.set(currency, found);
  return found;
}

/**
 * A double in major units, as senders have it, as integer minor units. Only what is exactly the double of such an
 * amount passes: 19.99 is 1999 cents, 19.995 and 0.1 + 0.2 are none.
 *
 * @throws AmountError that names the field
 */
export function toMinorUnits(field: string, value: number, currency: string): number {
  const scale = 10 ** digitsOf(currency);
  const minor = Math.round(value * scale);
  const fits = Number.isFinite(value) && value >= 0 && minor <= LARGEST && minor / scale === value;
  if (!fits) throw new AmountError(`${field}: ${value} is not an amount in ${currency}`);
  return minor;
}

/** The double in major units of integer minor units. @throws AmountError */
export function toMajorUnits(minor: number, currency: string): number {
  if (!Number.isSafeInteger(minor) || minor < 0) throw new AmountError(`${minor} are no minor units`);
  return minor / 10 ** digitsOf(currency);
}
