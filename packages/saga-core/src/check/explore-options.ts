import type { CheckOptions } from './check-options.js';

/** How far a saga is explored. */
export interface ExploreOptions extends CheckOptions {
  /** It ends after so many transitions, also where it begins anew with another idea of which states are the same. */
  readonly maxTransitions?: number;
}
