import { type Path, SHAPE, shapeOf } from './value-paths.js';

/** A place in what a saga takes from outside or keeps: `event PAID`, `output of charge`, `input`, `context`. */
export interface Spot {
  readonly subject: string;
  readonly path: Path;
}

/** Something that was read. */
export interface Read extends Spot {
  /** The spot as text. */
  readonly key: string;
  /** What was there, as text. */
  readonly text: string;
  /**
   * `value`: what stands there, or how long a list is. `touch`: whether something stands there; perhaps on the way to
   * something within it. `keys`: which keys an object has, as a spread asks.
   */
  readonly kind: 'value' | 'touch' | 'keys';
}

/** A spot as text. */
export function spotKey({ subject, path }: Spot): string {
  return [subject, ...path].join('\u0001');
}

/** Is told of something that was read, and gives what is to be found there: of what is no object it may be another value. */
type OnRead = (read: Read, value: unknown) => unknown;

/** The first element of a list that is made for no other reason than that lists may be long. */
const BEYOND = 2;

/** Values that are watched, with what they stand for. */
const watched = new WeakMap<object, { readonly value: object; readonly spot: Spot }>();

/** What a watched value stands for; `undefined` for any other. */
export function watchedAs(value: object): { readonly value: object; readonly spot: Spot } | undefined {
  return watched.get(value);
}

/**
 * The value, watched: whatever is read of it is told, with where it stands. What is no object has been read by whoever
 * has it.
 *
 * @param isWatched - whether what stands under a key is of interest; else it is handed out as it is
 */
export function watchValue(
  value: unknown,
  { subject, path }: Spot,
  onRead: OnRead,
  isWatched: (key: string) => boolean = () => true,
): unknown {
  const own = spotKey({ subject, path });
  if (typeof value !== 'object' || value === null) {
    return onRead({ subject, path, key: own, text: textOf(value), kind: 'value' }, value);
  }
  const known = new Map<string, unknown>();
  // A copy: of what is frozen nothing could be watched.
  const copy: object = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
  const shape = (of: Spot, text: string, kind: Read['kind'], inner?: unknown) => {
    const spot = { subject, path: [...of.path, SHAPE] };
    return onRead({ ...spot, key: spotKey(spot), text, kind }, inner);
  };
  const read = (key: string | symbol): unknown => {
    const inner: unknown = Reflect.get(copy, key);
    if (typeof key === 'symbol' || typeof inner === 'function' || !isWatched(key)) return inner;
    if (Array.isArray(copy) && key === 'length')
      return shape({ subject, path }, textOf(inner), 'value', inner);
    const at = { subject, path: [...path, key] };
    // Whether there is one more than were made, only the length says.
    if (Array.isArray(copy) && Number(key) >= Math.max(BEYOND, copy.length))
      shape({ subject, path }, textOf(copy.length), 'value');
    if (typeof inner !== 'object' || inner === null) return watchValue(inner, at, onRead);
    shape(at, shapeOf(inner), 'touch');
    const watchedInner = known.get(key) ?? watchValue(inner, at, onRead);
    known.set(key, watchedInner);
    return watchedInner;
  };
  const proxy = new Proxy(copy, {
    get: (_, key) => read(key),
    has: (_, key) => {
      read(key);
      return Reflect.has(copy, key);
    },
    ownKeys: () => {
      onRead(
        { subject, path, key: own, text: JSON.stringify(Reflect.ownKeys(copy)), kind: 'keys' },
        undefined,
      );
      return Reflect.ownKeys(copy);
    },
  });
  watched.set(proxy, { value, spot: { subject, path } });
  return proxy;
}

/** A value as text, which differs where they differ. */
export function textOf(value: unknown): string {
  return JSON.stringify(value) ?? 'undefined';
}
