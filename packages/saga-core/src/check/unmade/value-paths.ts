/** Where in a value something is: keys, the outermost first. */
export type Path = readonly string[];

/** Stands in a path for every element of a list, and every key of a record. */
export const EACH = '*';
/** At the end of a path: not what is there, but whether something is, and how long a list is. */
export const SHAPE = '\u0000';

/** At the end of a path: which keys there are. */
export const KEYS = '\u0000keys';

/** Everything in a value that can differ from another value, as text, with its path. What is missing has none. */
function leavesOf(value: unknown, at: Path = []): [path: Path, text: string][] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null) return [[at, JSON.stringify(value)]];
  return [
    [[...at, SHAPE], shapeOf(value)],
    ...Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...at, key])),
  ];
}

/** What a list or an object is, apart from what is in it. */
export function shapeOf(value: object): string {
  return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
}

/** The paths at which some of these values differ. */
export function varyingPaths(values: readonly unknown[]): Path[] {
  const found = new Map<string, { readonly path: Path; readonly texts: string[] }>();
  for (const value of values) {
    for (const [path, text] of leavesOf(value)) {
      const key = JSON.stringify(path);
      const one = found.get(key) ?? { path, texts: [] };
      found.set(key, one);
      one.texts.push(text);
    }
  }
  return [...found.values()]
    .filter(({ texts }) => texts.length < values.length || new Set(texts).size > 1)
    .map(({ path }) => path);
}

/** Whether one of two paths leads to the other, or to a part of it. */
export function areRelated(one: Path, other: Path): boolean {
  const [shorter, longer] = one.length < other.length ? [one, other] : [other, one];
  return shorter.every((key, index) => isSame(key, longer[index] ?? ''));
}

/** Whether the second path begins with the first. */
export function leadsTo(path: Path, to: Path): boolean {
  return path.length <= to.length && areRelated(path, to);
}

function isSame(key: string, other: string): boolean {
  return key === other || (key === EACH && other !== SHAPE) || (other === EACH && key !== SHAPE);
}

/** `items[].gift`; of the whole value nothing. */
export function describePath(path: Path): string {
  return path
    .filter((key) => key !== SHAPE && key !== KEYS)
    .map((key, index) => (key === EACH ? '[]' : index === 0 ? key : `.${key}`))
    .join('');
}
