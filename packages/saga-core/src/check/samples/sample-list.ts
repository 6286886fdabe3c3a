import type { z } from 'zod';
import { EACH, SHAPE } from '../unmade/value-paths.js';
import { combineParts, eachOnce } from './combine-parts.js';
import { accepts, cut, type Making, tellApart, within } from './making.js';
import { sampleObject } from './sample-object.js';

/** A record's parts. */
export interface RecordDefinition {
  readonly keyType: z.ZodType;
  readonly valueType: z.ZodType;
  /** Whether fixed keys may be missing. */
  readonly partial?: boolean;
}

/** Longer lists than are asked for are made only for schemas that want them. */
const LONGEST_LIST = 10;

/** Lists with one element and with several that differ, of every value that an element has; and the empty list. */
export function sampleList(schema: z.ZodType, element: z.ZodType, making: Making): unknown[][] {
  const lists = new Lists(making, {
    elements: named(making, (one) => making.valuesOf(element, within(one))),
    nameOf: (value) => JSON.stringify(value),
    partOf: (values, at) => ({ key: `${at}`, values }),
  });
  cut({ ...making, path: [...making.path, SHAPE] }, 'list');
  return lists.thatFit((list) => accepts(schema, list));
}

/** Records with one entry and with several, of every key and value, and the empty one; or with all keys, where these are fixed. */
export function sampleRecord(
  schema: z.ZodType,
  { keyType, valueType, partial }: RecordDefinition,
  making: Making,
): unknown[] {
  const { values: fixed } = keyType._zod as { readonly values?: ReadonlySet<unknown> };
  if (fixed && !partial) {
    const shape = Object.fromEntries([...fixed].map((key) => [String(key), valueType]));
    return sampleObject(schema, shape, making);
  }
  cut(within(making), 'key');
  const entries = named(making, (one) => {
    const { rows, together } = combineParts([
      making.valuesOf(keyType, { ...within(one), onCut: (cut) => cut.why === 'text' || making.onCut(cut) }),
      making.valuesOf(valueType, within(one)),
    ]);
    if (together < 2) cut(making, 'some');
    return rows;
  });
  const lists = new Lists(making, {
    elements: entries,
    nameOf: (entry) => String(ends(entry)[0]),
    partOf: (values) => ({ key: EACH, values: values.map((entry) => ends(entry)[1]) }),
  });
  const toRecord = (list: readonly unknown[]) => Object.fromEntries(list as [string, unknown][]) as object;
  return lists.thatFit((list) => accepts(schema, toRecord(list))).map(toRecord);
}

/** Key and value. */
function ends(entry: unknown): readonly unknown[] {
  return entry as readonly unknown[];
}

/** Elements by their number, each number with names of its own. A list that is to begin with another has the first later. */
function named(
  making: Making,
  make: (making: Making) => readonly unknown[],
): (at: number) => readonly unknown[] {
  const known = new Map<number, readonly unknown[]>();
  return (at) => {
    const which = making.which > 0 && at < 2 ? 1 - at : at;
    // What JSON can't hold in a list is none of its elements.
    const values = known.get(at) ?? make({ ...making, which }).filter((value) => value !== undefined);
    known.set(at, values);
    return values;
  };
}

/** What lists are made of. */
interface Elements {
  /** The values of an element, by its number. */
  readonly elements: (at: number) => readonly unknown[];
  /** What tells an element from others. */
  readonly nameOf: (element: unknown) => string;
  /** Under which key its values stand in what is made. */
  readonly partOf: (
    values: readonly unknown[],
    at: number,
  ) => { readonly key: string; readonly values: readonly unknown[] };
}

/** Lists of elements, the shortest first. */
class Lists {
  readonly #making: Making;
  readonly #of: Elements;

  constructor(making: Making, of: Elements) {
    this.#making = making;
    this.#of = of;
  }

  /** Those which a schema takes; where it wants longer ones, these. */
  thatFit(fits: (list: unknown[]) => boolean): unknown[][] {
    const isShort = (list: unknown[]) => this.#areDistinct(list) && fits(list);
    const most = Math.max(this.#making.maxElements, 1);
    const short = Array.from({ length: most }, (_, index) => this.#ofLength(index + 1, isShort)).flat();
    const found = fits([]) ? [...short, []] : short;
    if (found.length > 0) return found;
    for (let length = 1; length <= LONGEST_LIST; length += 1) {
      const longer = this.#ofLength(length, fits);
      const distinct = longer.filter((list) => this.#areDistinct(list));
      if (longer.length > 0) return distinct.length > 0 ? distinct : longer;
    }
    return [];
  }

  /** All where those are few; else every two together, or each element once at each place, which is told. */
  #ofLength(length: number, fits: (list: unknown[]) => boolean): unknown[][] {
    const parts = Array.from({ length }, (_, at) => this.#of.elements(at));
    if (parts.some((values) => values.length === 0)) return [];
    const { rows, together } = combineParts(parts);
    const all = together > 1 || length < 2 ? rows.map((row) => [...row]) : eachOnce(parts);
    const lists = all.filter(fits);
    const cutParts = parts.map((values, at) => ({
      name: `element ${at + 1}`,
      ...this.#of.partOf(values, at),
    }));
    // Of every combination, those that are left out are refused; of fewer, others might have done.
    const isWhole = together === length || lists.length === all.length;
    if (lists.length > 0) tellApart(cutParts, isWhole ? together : 1, this.#making);
    return lists;
  }

  #areDistinct(list: readonly unknown[]): boolean {
    return new Set(list.map(this.#of.nameOf)).size === list.length;
  }
}
