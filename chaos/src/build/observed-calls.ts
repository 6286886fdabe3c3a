import { answerTaken, failureTaken, keySent } from './flaws.js';
import { keepBack } from './keep-back.js';
import { armedPoint, reach } from './strike-point.js';
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
      const sentHeaders = { ...init.headers, 'idempotency-key': keySent(key) };
      const response = await real(input, { ...init, headers: sentHeaders });
      const text = await response.text();
      await keepBack(armedPoint(), init.signal);
      reach('after-call', phases);
      return answerTaken(String(input), new Response(text, response));
    } catch (error) {
      return failureTaken(String(input), error);
    } finally {
      clearTimeout(sent);
    }
  };
}
