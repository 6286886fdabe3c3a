import { type Path, SHAPE, shapeOf } from './value-paths.js';

/** A place in what a saga takes from outside or keeps: `event PAID`, `output of charge`, `input`, `context`. */
export interface Spot {
  readonly subject: string;
  readonly path: Path;
}

/** Something that was read. */
export interface Read extends Spot {
  /** What was there, as text. */
  readonly text: string;
  /**
   * `value`: what stands there, or how long a list is. `touch`: whether something stands there; perhaps on the way to
   * something within it. `keys`: which keys an object has, as a spread asks.
   */
  readonly kind: 'value' | 'touch' | 'keys';
}

/** Values that are watched, with what they stand for. */
const watched = new WeakMap<object, { readonly value: object; readonly spot: Spot }>();

/** What a watched value stands for; `undefined` for any other. */
export function watchedAs(value: object): { readonly value: object; readonly spot: Spot } | undefined {
  return watched.get(value);
}

/**
 * The value, watched: whatever is read of it is told, with where it stands. What is no object has been read by whoever
 * has it.
 */
export function watchValue(value: unknown, { subject, path }: Spot, onRead: (read: Read) => void): unknown {
  if (typeof value !== 'object' || value === null) {
    onRead({ subject, path, text: textOf(value), kind: 'value' });
    return value;
  }
  const known = new Map<string, unknown>();
  // A copy: of what is frozen nothing could be watched.
  const copy: object = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
  const read = (key: string | symbol): unknown => {
    const inner: unknown = Reflect.get(copy, key);
    if (typeof key === 'symbol' || typeof inner === 'function') return inner;
    const shape = (of: Path, text: string, kind: Read['kind']) =>
      onRead({ subject, path: [...of, SHAPE], text, kind });
    if (Array.isArray(copy) && key === 'length') {
      shape(path, textOf(inner), 'value');
      return inner;
    }
    const at = [...path, key];
    if (typeof inner !== 'object' || inner === null) return watchValue(inner, { subject, path: at }, onRead);
    shape(at, shapeOf(inner), 'touch');
    const watchedInner = known.get(key) ?? watchValue(inner, { subject, path: at }, onRead);
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
      onRead({ subject, path, text: '', kind: 'keys' });
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
