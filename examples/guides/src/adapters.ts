import { type AdaptersFor, cannotSay, declined, landed, notLanded } from '@countermand/saga-core';
import { z } from 'zod';
import type { bill } from './charge-saga.ts';

const receiptSchema = z.object({ receipt: z.string() });
const refusalSchema = z.object({ code: z.enum(['INSUFFICIENT_FUNDS', 'CARD_BLOCKED']) });

/** Adapters of the payment gateway at that address. */
export function billAdapters(gateway: string) {
  const post = (path: string, idempotencyKey: string, body: unknown, signal: AbortSignal) =>
    fetch(`${gateway}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
      body: JSON.stringify(body),
      signal,
    });

  return {
    chargeCard: {
      // #region run
      run: async ({ input, idempotencyKey, signal }) => {
        const response = await post('/charges', idempotencyKey, input, signal);
        if (response.ok) return receiptSchema.parse(await response.json());
        if (response.status === 402) return declined(refusalSchema.parse(await response.json()).code);
        throw new Error(`the gateway answered ${response.status}`);
      },
      // #endregion run
      // #region probe
      probe: async ({ idempotencyKey, signal }) => {
        const response = await fetch(`${gateway}/charges?key=${encodeURIComponent(idempotencyKey)}`, {
          signal,
        });
        if (response.ok) return landed(receiptSchema.parse(await response.json()));
        return response.status === 404 ? notLanded() : cannotSay();
      },
      // #endregion probe
    },
    // #region undo
    refundCard: async ({ input, idempotencyKey, signal }) => {
      const response = await post('/refunds', idempotencyKey, input, signal);
      // Never charged, or given back before: that is what was wanted.
      if (response.ok || response.status === 404 || response.status === 409) return {};
      throw new Error(`the gateway answered ${response.status}`);
    },
    // #endregion undo
  } satisfies AdaptersFor<typeof bill>;
}
