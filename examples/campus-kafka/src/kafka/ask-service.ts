import { cannotSay, landed, notLanded, type ProbeFunction } from '@countermand/saga-core';
import { z } from 'zod';
import { topics } from './routes.ts';

const answer = z.object({ type: z.string(), payload: z.record(z.string(), z.json()) });

/**
 * Asks a service how it answered a command: `GET /answers/IDEMPOTENCY-KEY`. Its answer is read just as the event is
 * that got lost.
 */
export function askService<Output>(address: string, topic: string): ProbeFunction<unknown, Output> {
  return async ({ idempotencyKey, sagaId, signal }) => {
    const response = await fetch(`${address}/answers/${encodeURIComponent(idempotencyKey)}`, {
      signal,
      redirect: 'error',
    });
    if (response.status === 404) return notLanded();
    if (!response.ok) return cannotSay();
    const { type, payload } = answer.parse(await response.json());
    for (const route of [topics[topic]?.[type] ?? []].flat()) {
      const meaning = route({ id: idempotencyKey, type, correlationId: sagaId, at: 0, payload });
      if (!('kind' in meaning) || meaning.kind !== 'answer') continue;
      // The runner checks it against the step's schema, as it does with any output.
      return 'output' in meaning.answer ? landed(meaning.answer.output as Output) : notLanded();
    }
    return cannotSay();
  };
}
