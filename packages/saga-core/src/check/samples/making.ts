import type { z } from 'zod';
import { EACH, type Path, varyingPaths } from '../unmade/value-paths.js';
import { combineParts } from './combine-parts.js';

/** Something that was not made of a schema, although the schema may take it. */
export interface Cut {
  /** Where in the schema. */
  readonly path: Path;
  /**
   * Why: values of several parts that were not tried together; no more than some of many values; of a part that can be
   * anything only `null`; a part for which nothing was found that fits; one that is nested too deep. A text, a number,
   * a list or the keys of a record, of which a few stand for all; keys that an object may have beside those that its
   * schema names; or of how a step failed what nobody declares.
   */
  readonly why: 'together' | 'some' | 'anything' | 'nothing' | 'nested' | StandIn;
  /** The parts, each with the paths at which its values differ. */
  readonly parts: readonly CutPart[];
  /** Of so many parts, every combination was made. */
  readonly together: number;
  /** Where a few values stand for all: others, as far as they can be told. */
  readonly others?: Others;
  /** Of `more`, the keys that are named. */
  readonly named?: readonly string[];
}

/** What a few values stand for. */
export type StandIn = 'text' | 'number' | 'list' | 'key' | 'more' | 'details' | 'message';

/** Other values that a part may have. */
export interface Others {
  readonly fits: (value: unknown) => boolean;
  /** Some of them. */
  readonly some: () => readonly unknown[];
}

/** A part of a schema that was cut. */
export interface CutPart {
  readonly name: string;
  readonly paths: readonly Path[];
}

/** How and where in a schema a value is made. */
export interface Making {
  /** Which of several: texts of the second (1) name another thing than those of the first (0). */
  readonly which: number;
  /** The most elements of a list, and the most entries of a record. */
  readonly maxElements: number;
  /** Every text and number that fits, and not just one. */
  readonly wide: boolean;
  /** Numbers name things, as texts do. */
  readonly numbered: boolean;
  /** How many texts have been made, where they differ by turns. */
  readonly turns: { made: number } | undefined;
  readonly path: Path;
  readonly depth: number;
  readonly onCut: (cut: Cut) => void;
  /** Makes the values of a part. */
  readonly valuesOf: (schema: z.ZodType, making: Making) => unknown[];
}

/** The making of a part under that key. */
export function within(making: Making, key: string = EACH): Making {
  return { ...making, path: [...making.path, key], depth: making.depth + 1 };
}

/** Tells of something that the schema may take, and that was not made. */
export function cut({ path, onCut }: Making, why: Exclude<Cut['why'], 'together'>, others?: Others): void {
  onCut({ path, why, parts: [{ name: '', paths: [path] }], together: 0, ...(others && { others }) });
}

/** A part with the values that were made of it. */
interface MadePart {
  /** For people. */
  readonly name: string;
  /** Under which it stands in the whole; left out where it is all of it. */
  readonly key?: string;
  readonly values: readonly unknown[];
}

/** Rows of values, one of each part; which of them were not tried together is told. */
export function combined(
  parts: readonly MadePart[],
  making: Making,
  fits?: (row: readonly unknown[]) => boolean,
): readonly (readonly unknown[])[] {
  const { rows, together } = combineParts(
    parts.map(({ values }) => values),
    fits,
  );
  tellApart(parts, together, making);
  return rows;
}

/** Tells that of several parts not all values were tried together, but only those of so many. */
export function tellApart(parts: readonly MadePart[], together: number, { path, onCut }: Making): void {
  if (together >= parts.length) return;
  const varied = parts.flatMap(({ name, key, values }): CutPart[] => {
    const at = key === undefined ? path : [...path, key];
    const paths = varyingPaths(values).map((inner) => [...at, ...inner]);
    return paths.length > 0 ? [{ name, paths }] : [];
  });
  if (varied.length > together) onCut({ path, why: 'together', parts: varied, together });
}

/** Which thing is named here: the one that is asked for, or this and another by turns. */
export function whichOf({ which, turns }: Making): number {
  if (!turns) return which;
  turns.made += 1;
  return (turns.made - 1) % 2;
}

/** Whether a schema takes a value. One whose own code chokes on it doesn't. */
export function accepts(schema: z.ZodType, value: unknown): boolean {
  try {
    return schema.safeParse(value).success;
  } catch {
    return false;
  }
}
