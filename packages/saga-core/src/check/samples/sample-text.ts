import type { z } from 'zod';
import { textForPattern } from '../text-for-pattern.js';
import { type Limits, limitsOf } from './limits-of.js';
import { accepts, cut, type Making, whichOf } from './making.js';

/** Texts that are tried in turn until the schema takes one, by the number of what they name. What isn't an id has none. */
const TEXTS: readonly ((number: number) => string)[] = [
  (number) => `sample${number}`,
  () => 'EUR',
  (number) => `sample${number}@example.org`,
  (number) => `https://example.org/sample${number}`,
  (number) => `5a5a5a5a-5a5a-4a5a-8a5a-00000000000${number}`,
  () => '2030-01-01T00:00:00Z',
  () => '2030-01-01',
  (number) => `100000000${number}`,
  () => '1',
  (number) => `sample${number}`.padEnd(32, 'x'),
  () => 'a'.repeat(32),
];

/** The first kind of text that fits, naming the first thing or another; with `wide`, every kind. */
export function sampleText(schema: z.ZodType, making: Making): string[] {
  const which = whichOf(making);
  const fits = (text: string) => accepts(schema, text);
  const isOne = (value: unknown) => typeof value === 'string' && fits(value);
  cut(making, 'text', { fits: isOne, some: () => TEXTS.map((textOf) => textOf(1)).filter(fits) });
  const kinds = TEXTS.filter((textOf) => fits(textOf(1)));
  if (making.wide) return kinds.map((textOf) => textOf(1));
  if (kinds.length === 0) return madeToMeasure(schema, which).filter(fits).slice(0, 1);
  return kinds.slice(0, 1).map((textOf) => (fits(textOf(which + 1)) ? textOf(which + 1) : textOf(1)));
}

/** Texts of the length that the schema wants, or for one of its patterns. */
function madeToMeasure(schema: z.ZodType, which: number): string[] {
  const { minimum = 0, maximum, length } = Object.assign({}, ...limitsOf(schema)) as Limits;
  const least = length ?? minimum;
  const most = length ?? maximum;
  const plain = `sample${which + 1}`.padEnd(least, 'x');
  const short = 'ab'.charAt(which).padEnd(least, 'x');
  const patterns = [
    ...limitsOf(schema).map(({ pattern }) => pattern),
    (schema.def as unknown as Limits).pattern,
    (schema._zod as { readonly pattern?: RegExp }).pattern,
  ];
  const fitting = patterns.flatMap((pattern) => {
    const texts = pattern ? [textForPattern(pattern, which), textForPattern(pattern, 0)] : [];
    return texts.filter((text) => text !== undefined);
  });
  return [...(most !== undefined && most < plain.length ? [short] : [plain]), ...fitting];
}
