/** A guard that is code, as XState calls it. */
export type GuardCode = (
  args: { readonly context: unknown; readonly event: { readonly type: string } },
  params: unknown,
) => boolean;

/** Every kind of failure and every code is tried, so that these are known; messages and details may be any. */
const KNOWN = ['kind', 'code'];

/**
 * What a guard says that reads nothing but how a step failed: `({ event }) => stepFailure(event).kind === 'declined'`.
 * All there is to that is tried, so that its answer need not be guessed. `undefined` where the event tells of no failure,
 * and where the guard reads anything else, or nothing.
 */
export function answerByFailure(
  guard: GuardCode,
  event: { readonly type: string; readonly error?: unknown },
): boolean | undefined {
  const { error } = event;
  if (!event.type.startsWith('xstate.error.actor.') || typeof error !== 'object' || error === null)
    return undefined;
  let isKnown = false;
  let isMore = false;
  const onMore = () => {
    isMore = true;
  };
  const onKnown = () => {
    isKnown = true;
  };
  const failure = readable({ ...error }, KNOWN, onKnown, onMore);
  const told = readable({ ...event, error: failure }, ['type', 'error'], () => undefined, onMore);
  // A guard that takes the context out of its arguments hasn't read it yet.
  const context = readable({}, [], onKnown, onMore);
  try {
    const answer = guard({ context, event: told }, undefined);
    return isKnown && !isMore ? answer : undefined;
  } catch {
    return undefined;
  }
}

/** Of an object these parts can be read; reading anything else is told, and ends the reading. */
function readable<T extends object>(
  target: T,
  parts: readonly string[],
  onPart: () => void,
  onMore: () => void,
): T {
  const note = (key: string | symbol) => {
    if (typeof key === 'string' && parts.includes(key)) return onPart();
    onMore();
    throw new Error('nobody knows');
  };
  return new Proxy(target, {
    get: (of, key) => {
      note(key);
      return Reflect.get(of, key) as unknown;
    },
    has: (of, key) => {
      note(key);
      return Reflect.has(of, key);
    },
    ownKeys: () => {
      onMore();
      throw new Error('nobody knows');
    },
  });
}
