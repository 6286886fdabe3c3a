import { randomUUID } from 'node:crypto';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { CheckoutTables } from './tables.ts';

type Db = Kysely<CheckoutTables>;

/** The id that stands for a customer everywhere but in this one table; made when there is none yet. */
export async function subjectOf(db: Db, login: string): Promise<string> {
  for (;;) {
    const known = await findSubject(db, login);
    if (known !== undefined) return known;
    await db
      .insertInto('checkout.customers')
      .values({ login, subject: `c_${randomUUID()}` })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

async function findSubject(db: Db, login: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('checkout.customers')
    .select('subject')
    .where('login', '=', login)
    .executeTakeFirst();
  return row?.subject;
}

/**
 * Keeps a customer from being forgotten until the transaction ends; with `alone` also from placing another order in
 * another transaction. False for one who has been forgotten.
 */
export async function lockCustomer(
  tx: Transaction<CheckoutTables>,
  subject: string,
  { alone }: { readonly alone: boolean },
): Promise<boolean> {
  // No row lock: hundreds of orders at once would each leave a trace in that row.
  const lock = sql.raw(alone ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared');
  await sql`select ${lock}(hashtextextended(${lockName(subject)}, 0))`.execute(tx);
  // A statement of its own: the one above looks at what was there before it had the lock.
  const row = await tx
    .selectFrom('checkout.customers')
    .select('subject')
    .where('subject', '=', subject)
    .executeTakeFirst();
  return row !== undefined;
}

function lockName(subject: string): string {
  return JSON.stringify(['customer', subject]);
}

/** What became of a wish to forget a customer. */
export type Erasure =
  | { readonly outcome: 'erased'; readonly orders: number }
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'open orders'; readonly orders: number };

/**
 * Forgets a customer: login, addresses, reasons, payment tokens and the keys of requests go. Orders, sagas and their
 * history stay, and know nobody any more: they only ever had the subject. Open orders still need the address.
 */
export async function eraseCustomer(db: Db, login: string): Promise<Erasure> {
  return await db.transaction().execute(async (tx): Promise<Erasure> => {
    const subject = await findSubject(tx, login);
    // Nobody may place an order in between.
    if (subject === undefined || !(await lockCustomer(tx, subject, { alone: true })))
      return { outcome: 'unknown' };
    const orders = await tx
      .selectFrom('checkout.orders')
      .select(['id', 'closed_at'])
      .where('customer_id', '=', subject)
      // Nor close one.
      .forUpdate()
      .execute();
    const open = orders.filter(({ closed_at }) => closed_at === null).length;
    if (open > 0) return { outcome: 'open orders', orders: open };
    const ids = orders.map(({ id }) => id);
    await tx
      .updateTable('checkout.orders')
      .set({ shipping_address: 'null', cancel_reason: null })
      .where('customer_id', '=', subject)
      .execute();
    if (ids.length > 0) {
      await tx.deleteFrom('checkout.payment_tokens').where('order_id', 'in', ids).execute();
      await tx.deleteFrom('checkout.idempotency').where('order_id', 'in', ids).execute();
    }
    await tx.deleteFrom('checkout.customers').where('login', '=', login).execute();
    return { outcome: 'erased', orders: orders.length };
  });
}
