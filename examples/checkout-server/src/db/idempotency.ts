import { type Kysely, sql, type Transaction } from 'kysely';
import type { CheckoutTables } from './tables.ts';

/** What one request is known by: its sender, where it went, and the key that the sender gave it. */
export interface RequestKey {
  readonly principal: string;
  readonly route: string;
  readonly key: string;
}

/** The answer that a request got. */
export interface KeptAnswer {
  readonly bodyHash: string;
  /** The answer's body, as it went out. */
  readonly response: string;
  readonly orderId: string;
}

type Db = Kysely<CheckoutTables>;

export async function findAnswer(
  db: Db,
  { principal, route, key }: RequestKey,
): Promise<KeptAnswer | undefined> {
  const row = await db
    .selectFrom('checkout.idempotency')
    .select(['body_hash', 'response', 'order_id'])
    .where('principal', '=', principal)
    .where('route', '=', route)
    .where('key', '=', key)
    .executeTakeFirst();
  return row && { bodyHash: row.body_hash, response: row.response, orderId: row.order_id };
}

/**
 * Takes the right to answer a request, until the transaction ends: whoever has it has no rival, and a process that
 * dies gives it back by dying. False when somebody else is at it.
 */
export async function lockRequest(tx: Transaction<CheckoutTables>, request: RequestKey): Promise<boolean> {
  const name = JSON.stringify([request.principal, request.route, request.key]);
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${name}, 0)) as locked`.execute(tx);
  return rows[0]?.locked ?? false;
}

export async function insertAnswer(
  tx: Transaction<CheckoutTables>,
  request: RequestKey,
  answer: KeptAnswer,
): Promise<void> {
  await tx
    .insertInto('checkout.idempotency')
    .values({
      ...request,
      body_hash: answer.bodyHash,
      response: answer.response,
      order_id: answer.orderId,
    })
    .execute();
}

/** Forgets answers that are a week old. Says how many. */
export async function deleteOldAnswers(db: Db): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('checkout.idempotency')
    .where('created_at', '<', sql<Date>`now() - interval '7 days'`)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
