import { type Point, RENEWALS } from './strike-point.js';

/**
 * Where a renewal of leases is to be struck, an answer isn't given before that: only what is held for long is renewed,
 * and whether a step takes long would be luck. Whoever strikes ends the wait with the process, else the attempt's signal
 * does, which is thrown.
 */
export async function keepBack(armed: Point | undefined, signal?: AbortSignal | null): Promise<void> {
  if (armed === undefined || !RENEWALS.has(armed)) return;
  await new Promise((_resolve, reject) => {
    const end = () => reject(signal?.reason as Error);
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end, { once: true });
  });
}
