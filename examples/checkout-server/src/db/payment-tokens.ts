import type { Kysely, Transaction } from 'kysely';
import type { CheckoutTables } from './tables.ts';

type Db = Kysely<CheckoutTables>;

/** The saga's name of an order's payment. */
const nameOf = (index: number) => `p${index + 1}`;

/** Keeps the tokens that come with a new order; the click may bring others. */
export async function insertTokens(
  tx: Transaction<CheckoutTables>,
  orderId: string,
  tokens: readonly (string | undefined)[],
): Promise<void> {
  const rows = tokens.map((token, index) => ({
    ...{ order_id: orderId, payment: nameOf(index), token: token ?? null, fixed: false },
  }));
  await tx.insertInto('checkout.payment_tokens').values(rows).execute();
}

/**
 * The click fixes an order's tokens: those that come with it win. A click that comes again changes none, so that each
 * try of a payment asks for the same.
 */
export async function fixTokens(
  db: Db,
  orderId: string,
  tokens: readonly string[] | undefined,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const rows = await tx
      .selectFrom('checkout.payment_tokens')
      .select('payment')
      .where('order_id', '=', orderId)
      .where('fixed', '=', false)
      .orderBy('payment')
      // Two clicks at once take turns; the second finds nothing left to fix.
      .forUpdate()
      .execute();
    for (const { payment } of rows) {
      const token = tokens?.[Number(payment.slice(1)) - 1];
      await tx
        .updateTable('checkout.payment_tokens')
        .set({ fixed: true, ...(token !== undefined && { token }) })
        .where('order_id', '=', orderId)
        .where('payment', '=', payment)
        .execute();
    }
  });
}

/** What a payment is to be asked for with, if its customer has named anything. */
export async function findToken(db: Db, orderId: string, payment: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('checkout.payment_tokens')
    .select('token')
    .where('order_id', '=', orderId)
    .where('payment', '=', payment)
    .executeTakeFirst();
  return row?.token ?? undefined;
}
