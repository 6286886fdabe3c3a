import type { AnySaga } from '../saga-definition.js';
import type { CheckOptions } from './check-options.js';

/** The saga with samples and suppressions of its own, which every check of it then uses. */
export function withCheckOptions<S extends AnySaga>(saga: S, options: CheckOptions): S {
  return { ...saga, check: options };
}

/** What the saga brings itself, with what is given now on top. */
export function checkOptionsOf(saga: AnySaga, now: CheckOptions): CheckOptions {
  const own = saga.check ?? {};
  return {
    ...own,
    ...now,
    samples: { ...own.samples, ...now.samples },
    suppress: [...(own.suppress ?? []), ...(now.suppress ?? [])],
  };
}
