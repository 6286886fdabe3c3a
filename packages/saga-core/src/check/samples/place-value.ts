import { EACH, type Path } from '../unmade/value-paths.js';

/** Of so many values that were made, others are made. */
const MOST_CHANGED = 24;

/** The values, each with another one in that place; where there is no such place in one, it is left out. */
export function placeValue(values: readonly unknown[], path: Path, value: unknown): unknown[] {
  return values
    .filter((one) => hasPlace(one, path))
    .slice(0, MOST_CHANGED)
    .map((one) => placed(one, path, value));
}

function hasPlace(one: unknown, [key, ...rest]: Path): boolean {
  if (key === undefined) return one !== undefined && one !== null;
  if (typeof one !== 'object' || one === null) return false;
  const inner: Readonly<Record<string, unknown>> = { ...one };
  return key === EACH
    ? Object.values(inner).some((each) => hasPlace(each, rest))
    : key in inner && hasPlace(inner[key], rest);
}

function placed(one: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  if (typeof one !== 'object' || one === null) return one;
  const put = (inner: unknown) => (hasPlace(inner, rest) ? placed(inner, rest, value) : inner);
  if (Array.isArray(one)) {
    const isHere = (index: number) => key === EACH || key === `${index}`;
    return one.map((inner: unknown, index) => (isHere(index) ? put(inner) : inner));
  }
  const entries = Object.entries(one).map(([name, inner]): [string, unknown] => [
    name,
    key === EACH || key === name ? put(inner) : inner,
  ]);
  return Object.fromEntries(entries);
}
