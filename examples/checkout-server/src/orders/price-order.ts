import type { z } from '@hono/zod-openapi';
import type { StoredItem } from '../db/tables.ts';
import { Problem } from '../http/problem.ts';
import type { newOrderSchema } from '../http/schemas.ts';

/** The body of an order, as it was read. */
export type NewOrderBody = z.output<typeof newOrderSchema>;

interface Priced {
  readonly name: string;
  readonly price: { readonly amount: number; readonly currency: string };
}

interface Payment {
  readonly method: string;
  readonly token?: string;
  readonly amount: { readonly amount: number; readonly currency: 'EUR' };
}

/** What an order costs before coupons, and how it is paid. Amounts are minor units. */
export interface PricedOrder {
  /** Lines of the same SKU are one. */
  readonly items: readonly StoredItem[];
  readonly total: { readonly amount: number; readonly currency: 'EUR' };
  readonly payments: Payment[];
}

/**
 * Prices an order by the catalog, before coupons.
 *
 * @param assertToken - refuses a payment token that can't be used here
 * @throws Problem `SKU_UNKNOWN`, `PAYMENTS_MISMATCH`, `PAYMENT_TOKEN_REFUSED`, `BODY_INVALID`
 */
export function priceOrder(
  body: NewOrderBody,
  catalog: ReadonlyMap<string, Priced>,
  assertToken: (token: string) => void,
): PricedOrder {
  const items = priceItems(body.items, catalog);
  const amount = items.reduce((sum, { quantity, price }) => sum + quantity * price.amount, 0);
  const total = { amount, currency: 'EUR' as const };
  return { items, total, payments: checkPayments(body.payments, total, assertToken) };
}

function priceItems(wanted: NewOrderBody['items'], catalog: ReadonlyMap<string, Priced>): StoredItem[] {
  const bySku = new Map<string, StoredItem>();
  for (const { sku, quantity } of wanted) {
    const known = catalog.get(sku);
    if (!known) throw new Problem('SKU_UNKNOWN', `There is no item '${sku}'; GET /api/catalog lists them.`);
    const units = quantity + (bySku.get(sku)?.quantity ?? 0);
    if (units > 1_000) throw new Problem('BODY_INVALID', `items: at most 1,000 units of ${sku} in one order`);
    bySku.set(sku, { sku, name: known.name, quantity: units, price: known.price });
  }
  return [...bySku.values()];
}

function checkPayments(
  payments: NewOrderBody['payments'],
  total: PricedOrder['total'],
  assertToken: (token: string) => void,
): Payment[] {
  if (!payments) return [{ method: 'card', amount: total }];
  const sum = payments.reduce((all, { amount }) => all + amount.amount, 0);
  if (sum !== total.amount) {
    throw new Problem('PAYMENTS_MISMATCH', `The payments add up to ${sum}, the total is ${total.amount}.`);
  }
  for (const { token } of payments) if (token !== undefined) assertToken(token);
  return payments.map(({ method, amount, token }) => ({
    method,
    amount,
    ...(token !== undefined && { token }),
  }));
}
