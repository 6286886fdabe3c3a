import { currentFlaw } from './flaws.js';
import { reach } from './strike-point.js';
import { phaseOfKey } from './work-in-hand.js';

const SENT_MS = 2;

/** Puts points around the calls of adapters, which all go through `fetch` with an idempotency key. */
export function followCalls(): void {
  const real = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    const key = headers.get('idempotency-key');
    if (key === null || init?.method !== 'POST') return await real(input, init);
    const phases = [phaseOfKey(key)];
    reach('before-call', phases);
    const sent = setTimeout(() => reach('call-sent', phases), SENT_MS);
    try {
      const response = await real(input, {
        ...init,
        headers: { ...init.headers, 'idempotency-key': keySent(key) },
      });
      const text = await response.text();
      reach('after-call', phases);
      return new Response(text, response);
    } finally {
      clearTimeout(sent);
    }
  };
}

let calls = 0;

/** The key as it leaves: a mistake that can be switched on makes another of it for every call. */
function keySent(key: string): string {
  calls += 1;
  if (currentFlaw() === 'key-per-attempt') return `${key}:call-${calls}-${process.pid}`;
  return currentFlaw() === 'refund-key-reused' && key.includes(':undo:') ? 'undo' : key;
}
