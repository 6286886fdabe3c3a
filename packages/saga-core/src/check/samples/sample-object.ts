import type { z } from 'zod';
import { accepts, combined, type Making, within } from './making.js';

/** Objects with the values of every part, combined; where there is no value of a part, none. */
export function sampleObject(
  schema: z.ZodType,
  shape: Readonly<Record<string, z.ZodType>>,
  making: Making,
): object[] {
  tellOfMore(schema, Object.keys(shape), making);
  const parts = Object.entries(shape).map(([key, part]) => ({
    name: key,
    key,
    values: making.valuesOf(part, within(making, key)),
  }));
  const toObject = (row: readonly unknown[]) =>
    Object.fromEntries(
      parts.flatMap(({ key }, index) => (row[index] === undefined ? [] : [[key, row[index]]])),
    );
  return combined(parts, making, (row) => accepts(schema, toObject(row))).map(toObject);
}

/** Tells of an object that may have other keys than those that are named. */
function tellOfMore(schema: z.ZodType, named: readonly string[], making: Making): void {
  const { catchall } = schema.def as unknown as { readonly catchall?: z.ZodType };
  if (catchall === undefined || catchall.def.type === 'never') return;
  const { path } = within(making);
  making.onCut({ path, why: 'more', parts: [{ name: '', paths: [path] }], together: 0, named });
}

/** Tuples with the values of every item, combined; and one item more, where there may be more. */
export function sampleTuple(
  schema: z.ZodType,
  items: readonly z.ZodType[],
  rest: z.ZodType | null | undefined,
  making: Making,
): unknown[][] {
  const parts = items.map((item, index) => ({
    name: `item ${index + 1}`,
    key: `${index}`,
    values: making.valuesOf(item, within(making, `${index}`)),
  }));
  const toTuple = (row: readonly unknown[]) =>
    row.slice(0, row.findLastIndex((one) => one !== undefined) + 1);
  const rows = combined(parts, making, (row) => accepts(schema, toTuple(row))).map(toTuple);
  // JSON has no holes.
  const tuples = rows.filter((row) => !row.includes(undefined));
  const full = tuples.find((row) => row.length === items.length);
  const more = full && rest ? making.valuesOf(rest, within(making)) : [];
  return [...tuples, ...more.filter((one) => one !== undefined).map((one) => [...(full ?? []), one])];
}
