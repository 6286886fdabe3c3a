import type { CheckOptions } from '../check/check-options.js';
import { checkCases } from '../check/check-saga.js';
import { renderReports } from '../check/render-report.js';
import type { AnySaga } from '../saga-definition.js';

/** What a matcher tells its test framework. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** What {@link toBeSound} takes. */
export interface SoundOptions extends CheckOptions {
  /** Also fails where the check reached one of its bounds: `sound up to bounds` is then not enough. */
  readonly strict?: boolean;
}

/**
 * A matcher for vitest or jest: passes when {@link checkCases} finds nothing in any case of the saga, and shows the
 * reports otherwise. Where a bound was reached it passes too (`sound up to bounds`), unless it is to be `strict`.
 *
 * @example
 * expect.extend({ toBeSound });
 * expect(orderSaga).toBeSound();
 *
 * // For its type, once in a project:
 * declare module 'vitest' {
 *   interface Matchers<R extends void | Promise<void>, T> extends SoundMatchers<R> {}
 * }
 */
export function toBeSound(
  received: unknown,
  { strict = false, ...options }: SoundOptions = {},
): MatcherResult {
  if (!isSaga(received))
    return { pass: false, message: () => 'toBeSound takes a saga, as defineSaga makes it' };
  const reports = checkCases(received, options);
  const unsound = reports.filter(({ sound, verdict }) => (strict ? verdict !== 'sound' : !sound));
  const shown = unsound.length > 0 ? unsound : reports;
  return { pass: unsound.length === 0, message: () => renderReports(shown) };
}

/** The matcher's type, to extend that of a test framework's matchers with. */
export interface SoundMatchers<R = unknown> {
  /** The check proves the saga, up to its bounds: no path keeps what the end doesn't. */
  toBeSound(options?: SoundOptions): R;
}

function isSaga(value: unknown): value is AnySaga {
  return (
    typeof value === 'object' &&
    value !== null &&
    'machine' in value &&
    'steps' in value &&
    'fingerprint' in value
  );
}
