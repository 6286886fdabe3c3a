import type { CheckOptions } from '../check/check-options.js';
import { checkCases } from '../check/check-saga.js';
import { renderReport } from '../check/render-report.js';
import type { AnySaga } from '../saga-definition.js';

/** What a matcher tells its test framework. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/**
 * A matcher for vitest or jest: passes when {@link checkCases} proves the saga in every case, and shows the report otherwise.
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
export function toBeSound(received: unknown, options: CheckOptions = {}): MatcherResult {
  if (!isSaga(received))
    return { pass: false, message: () => 'toBeSound takes a saga, as defineSaga makes it' };
  const reports = checkCases(received, options);
  const unsound = reports.filter(({ sound }) => !sound);
  const shown = unsound.length > 0 ? unsound : reports;
  return { pass: unsound.length === 0, message: () => shown.map(renderReport).join('\n\n') };
}

/** The matcher's type, to extend that of a test framework's matchers with. */
export interface SoundMatchers<R = unknown> {
  /** The check proves the saga: no path keeps what the end doesn't. */
  toBeSound(options?: CheckOptions): R;
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
