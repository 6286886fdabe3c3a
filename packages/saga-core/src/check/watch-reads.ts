/**
 * A copy of a value that tells what is read of it, one level deep: `input.final`. What isn't a plain object or a list
 * is handed out as it is, and counts as read.
 *
 * @param called - what the value is called
 */
export function watchReads(value: unknown, called: string, onRead: (what: string) => void): unknown {
  const isList = Array.isArray(value);
  // A copy: of a frozen value a proxy may hand out nothing but what is there.
  const copy = copyOf(value);
  if (!copy) {
    onRead(called);
    return value;
  }
  // Of a list it doesn't say anything to people which of its elements it was.
  const noted = (key: string | symbol) =>
    onRead(isList || typeof key === 'symbol' ? called : `${called}.${key}`);
  return new Proxy(copy, {
    get: (target, key) => {
      noted(key);
      return Reflect.get(target, key) as unknown;
    },
    has: (target, key) => {
      noted(key);
      return Reflect.has(target, key);
    },
    ownKeys: (target) => {
      onRead(called);
      return Reflect.ownKeys(target);
    },
  });
}

function copyOf(value: unknown): object | undefined {
  if (Array.isArray(value)) return [...(value as readonly unknown[])];
  if (typeof value !== 'object' || value === null) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? { ...value } : undefined;
}
