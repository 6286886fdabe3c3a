import { SagaError, type SagaView } from '@countermand/saga-core';
import type { Changes } from './changes.js';
import { type Clock, pause } from './ports/clock.js';

/** What `waitFor` takes beside the predicate. */
export interface WaitOptions {
  /** Default: 30 seconds. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** How often is looked when nothing hints: what other processes do shows up this late. */
const POLL_MS = 500;

/**
 * Looks at the saga whenever this process moves it, and twice a second besides, until the predicate holds.
 *
 * @throws SagaError `WAIT_TIMED_OUT`, `SAGA_NOT_FOUND`; the signal's reason when that is aborted
 */
export async function waitFor(
  sagaId: string,
  predicate: (view: SagaView) => boolean,
  options: WaitOptions,
  env: {
    readonly get: (id: string) => Promise<SagaView | undefined>;
    readonly changes: Changes;
    readonly clock: Clock;
  },
): Promise<SagaView> {
  const { timeoutMs = 30_000, signal } = options;
  const { clock, changes, get } = env;
  const endsAt = clock.now() + timeoutMs;
  for (;;) {
    const woken = new AbortController();
    // Listening begins before the look, so that nothing falls in between.
    const unsubscribe = changes.subscribe((change) => change.sagaId === sagaId && woken.abort());
    try {
      signal?.throwIfAborted();
      const view = await get(sagaId);
      if (!view) throw new SagaError('SAGA_NOT_FOUND', `there is no saga ${sagaId}`);
      if (predicate(view)) return view;
      const leftMs = endsAt - clock.now();
      if (leftMs <= 0) {
        const where = `in ${JSON.stringify(view.state)}, ${view.status}`;
        throw new SagaError('WAIT_TIMED_OUT', `saga ${sagaId} is still ${where} after ${timeoutMs} ms`);
      }
      const either = signal ? AbortSignal.any([woken.signal, signal]) : woken.signal;
      await pause(clock, Math.min(POLL_MS, leftMs), either);
    } finally {
      unsubscribe();
    }
  }
}
