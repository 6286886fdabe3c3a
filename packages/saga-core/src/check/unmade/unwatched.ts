import { SHAPE } from './value-paths.js';
import { type Spot, textOf, watchedAs } from './watch-value.js';

/** Something in a result that is neither an object nor a list; or how long a list is. */
export interface Leaf {
  readonly to: Spot;
  readonly text: string;
}

/** Is told what a result has in it, and where that stands. */
export interface Finds {
  readonly onLeaf?: (leaf: Leaf) => void;
  readonly onObject?: (to: Spot) => void;
  /** The spot that it was copied from, and the one at which it stands now. */
  readonly onCopy?: (from: Spot, to: Spot | undefined) => void;
}

/** A result as it is without watching. */
export function unwatched<Result>(result: Result, to?: Spot, finds: Finds = {}): Result {
  const visit = (value: unknown, at: Spot | undefined): unknown => {
    if (typeof value !== 'object' || value === null) {
      if (at) finds.onLeaf?.({ to: at, text: textOf(value) });
      return value;
    }
    const original = watchedAs(value);
    if (original) {
      finds.onCopy?.(original.spot, at);
      // It may be watched as several things at once.
      return watchedAs(original.value) ? visit(original.value, at) : original.value;
    }
    const within = (key: string) => at && { subject: at.subject, path: [...at.path, key] };
    if (Array.isArray(value)) {
      const shape = within(SHAPE);
      if (shape) finds.onLeaf?.({ to: shape, text: textOf(value.length) });
      return value.map((one: unknown, index) => visit(one, within(`${index}`)));
    }
    if (!isPlain(value)) return value;
    if (at) finds.onObject?.(at);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, visit(inner, within(key))]));
  };
  // What is rebuilt is what it was.
  return visit(result, to) as Result;
}

/** Whether anything in a result is watched. */
export function holdsWatched(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (watchedAs(value)) return true;
  if (Array.isArray(value)) return value.some(holdsWatched);
  return isPlain(value) && Object.values(value).some(holdsWatched);
}

/** Reads everything that is watched in a value. */
export function readAll(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (!watchedAs(value) && !Array.isArray(value) && !isPlain(value)) return;
  // How long a list is has been read then, too.
  for (let at = 0; Array.isArray(value) && at < value.length; at += 1) readAll(value[at]);
  if (!Array.isArray(value)) for (const inner of Object.values(value)) readAll(inner);
}

function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype;
}
