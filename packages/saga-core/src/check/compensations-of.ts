import { COMPENSATE } from '../compensate.js';
import { allNodes } from '../machine-nodes.js';
import type { AnySaga } from '../saga-definition.js';

/** The states that compensate, by the id of their invoke. */
export function compensationsOf({ machine }: AnySaga): ReadonlyMap<string, string> {
  return new Map(
    allNodes(machine).flatMap(({ invoke, path }) =>
      invoke.filter(({ src }) => src === COMPENSATE).map(({ id }) => [id, path.join('.')] as const),
    ),
  );
}
