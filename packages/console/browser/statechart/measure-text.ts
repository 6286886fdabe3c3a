/** Widths of a usual sans-serif face in parts of its size; what isn't listed counts as a broad letter. */
const NARROW = new Set("iljtfrI.,:;'|!()[] ");
const WIDE = new Set('mwMW@');
const UPPER = /[A-Z0-9_&%#]/;

/**
 * How wide a text will be, in pixels: an estimate on the safe side, so that a layout can be made where there is no
 * screen, and looks the same everywhere.
 */
export function measureText(text: string, sizePx: number): number {
  let width = 0;
  for (const letter of text) {
    if (NARROW.has(letter)) width += 0.36;
    else if (WIDE.has(letter)) width += 0.92;
    else width += UPPER.test(letter) ? 0.7 : 0.6;
  }
  return Math.ceil(width * sizePx * 1.04);
}
