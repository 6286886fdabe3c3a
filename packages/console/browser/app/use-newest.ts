import { useState } from 'preact/hooks';

/** So many lines are drawn in no time; a saga that polls for years has thousands. */
const NEWEST = 300;

/** The last of a list that is oldest first, until all of it is asked for. */
export function useNewest<Item>(items: readonly Item[]) {
  const [isWhole, setWhole] = useState(false);
  const hidden = isWhole ? 0 : Math.max(0, items.length - NEWEST);
  return { shown: items.slice(hidden), hidden, showAll: () => setWhole(true) };
}
