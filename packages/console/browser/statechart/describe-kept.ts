import type { GraphState } from '@countermand/saga-core';

/** The kinds that a state keeps, as people read them: `(named)` where it keeps no more than the instances it names. */
export function describeKept({ keeps, keepsNamed }: GraphState): string[] {
  return keeps.map((kind) => (keepsNamed.includes(kind) ? `${kind} (named)` : kind));
}
