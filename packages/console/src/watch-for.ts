import { ConsoleError } from './console-error.js';
import type { ConsoleParts } from './console-options.js';
import type { Watch } from './live-stream.js';
import { readQuery } from './read-query.js';

/** Sagas are counted anew no more often, however fast they move. */
const COUNT_AT_MOST_EVERY_MS = 2_000;

/** What `GET api/live` watches: `?saga=ID`, `?machine=NAME`, or `?list` with the filters of the list. */
export function watchFor(
  { runner, lists }: ConsoleParts,
  query: URLSearchParams,
  signal: AbortSignal,
): Watch {
  const subscribe = (listener: () => void) => runner.changes.subscribe(listener);
  const id = query.get('saga');
  if (id !== null) {
    return {
      signal,
      subscribe: (listener) => runner.changes.subscribe(({ sagaId }) => sagaId === id && listener()),
      async fingerprint() {
        const [view, undelivered] = await Promise.all([runner.get(id), runner.inspect.undelivered(id)]);
        const { updatedAt, status, state, steps } = view ?? {};
        return view ? JSON.stringify([updatedAt, status, state, steps, undelivered]) : '';
      },
    };
  }
  const name = query.get('machine');
  if (name !== null) {
    const fingerprint = async () => {
      const { states } = await lists.states({ name }, { sample: 1 });
      return JSON.stringify(states.map(({ path, now }) => [path, now]));
    };
    return { signal, subscribe, fingerprint, atMostEveryMs: COUNT_AT_MOST_EVERY_MS };
  }
  if (!query.has('list')) throw new ConsoleError(400, 'QUERY_INVALID', 'Say what to watch.');
  const search = readQuery(query);
  const fingerprint = async () => {
    const { items } = await lists.search(search);
    return JSON.stringify(items.map((view) => [view.id, view.status, view.updatedAt]));
  };
  return { signal, subscribe, fingerprint };
}
