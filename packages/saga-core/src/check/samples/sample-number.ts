import type { z } from 'zod';
import { limitsOf } from './limits-of.js';
import { accepts, cut, type Making, whichOf } from './making.js';
import { FIRST_NUMBER } from './sample-name.js';

const NUMBERS = [1, 0, 0.5, 10, 1_000, -1, 1_000_000];

/** The first number that fits, or one that names something; with `wide`, every one that fits. */
export function sampleNumber(schema: z.ZodType, making: Making): number[] {
  const fits = (number: number) => accepts(schema, number);
  const isOne = (value: unknown) => typeof value === 'number' && fits(value);
  const everyOne = { ...making, wide: true, numbered: false, onCut: () => undefined };
  cut(making, 'number', { fits: isOne, some: () => sampleNumber(schema, everyOne) });
  const name = FIRST_NUMBER + whichOf(making);
  if (making.numbered && fits(FIRST_NUMBER) && fits(name)) return [name];
  const all = [...new Set([...NUMBERS, ...numbersWithin(schema)])].filter(fits);
  return making.wide ? all : all.slice(0, 1);
}

/** Numbers at the schema's own limits. */
function numbersWithin(schema: z.ZodType): number[] {
  const limits = limitsOf(schema).flatMap(({ value }) => (typeof value === 'number' ? [value] : []));
  const sums = limits.flatMap((one) => limits.map((other) => one + other));
  return [...limits, ...sums, ...limits.flatMap((one) => [one + 1, one - 1, one + 0.5])];
}
